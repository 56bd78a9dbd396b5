// Each decision of docs/decisions.md says since when it holds, and the files that it names are there.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const PAGE = 'docs/decisions.md';

/** The day on which the first decision was written down. */
const FIRST_DAY = '2026-11-20';

/** A decision in words, `- **title** (day)`, or the row of a table, whose second cell is the day. */
const DATED = /^(?:- \*\*.+?\*\* \((?<day>\d{4}-\d{2}-\d{2})\)|\| [^|]+ \| (?<since>\d{4}-\d{2}-\d{2}) \|)/;

/** The head of a table and the line below it. */
const HEAD = /^\| \w+ \| since \||^\|-/;

describe(PAGE, () => {
  const page = readFileSync(PAGE, 'utf8');
  const decisions = page.split('\n').filter((line) => /^[-|]/.test(line) && !HEAD.test(line));

  it('gives the day of each decision, behind its title or in the second cell of its row', () => {
    assert.ok(decisions.length > 100);
    assert.deepEqual(
      decisions.filter((line) => !DATED.test(line)),
      [],
    );
  });

  it('gives days of the calendar, none before the first decision', () => {
    const days = decisions.map(dayOf);
    assert.deepEqual(
      days.filter((day) => !isDay(day) || day < FIRST_DAY),
      [],
    );
  });

  it('names files that are there', () => {
    const named = [...page.matchAll(/`((?:src|test|scripts|docs)\/[^`]+)`/g)].map(
      ([, path]) => path as string,
    );
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter((path) => !existsSync(path)),
      [],
    );
  });
});

function dayOf(decision: string): string {
  const { day, since } = DATED.exec(decision)?.groups ?? {};
  return day ?? since ?? '';
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
