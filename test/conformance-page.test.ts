// Each id that a source or a test cites is explained in docs/conformance.md, and the tests that the page names carry it.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

const PAGE = 'docs/conformance.md';

/**
 * Ids of behaviours (B), cases (C) and faults (X) of the five originals, of what was decided where they disagree (D), and of
 * inputs that have failed (T, H, S, N, and P with a number only).
 */
const ID = /\b(?:(?:AW|[PWAL])-[BCX]\d+|D\d{1,2}|[THS]-[A-F]\d+|[NP]-\d+|S-[sM]\d+)\b/g;

/** A row that explains an id: the id in the first column. */
const ROW = /^\| (?<id>[\w-]+) \|(?<text>.*)\|$/gm;

/** The inputs that failed: how many of each kind there are, counted from 1 (those of other people's clients from 0). */
const INPUTS: Readonly<Record<string, number>> = {
  ...{ 'T-A': 8, 'T-B': 13, 'T-C': 5 },
  ...{ 'H-A': 18, 'H-B': 6, 'H-C': 9, 'H-D': 6, 'H-E': 7 },
  ...{ 'S-F': 12, 'S-s': 22, 'S-M': 4 },
  ...{ 'N-': 18, 'P-': 23 },
};

/** The one with which nothing was wrong here. */
const OF_OTHERS: readonly string[] = ['P-3'];

const LINK = /\]\((?<file>[^)]+)\)/g;

describe(PAGE, () => {
  const rows = [...readFileSync(PAGE, 'utf8').matchAll(ROW)]
    .map(({ groups }) => ({ id: groups?.['id'] ?? '', text: groups?.['text'] ?? '' }))
    .filter(({ id }) => id !== 'id');
  const explained = new Set(rows.map(({ id }) => id));

  it('explains each id once', () => {
    assert.ok(explained.size > 150);
    assert.equal(rows.length, explained.size);
  });

  it('explains each id that a source, a test or a page cites', () => {
    const unexplained = ['src', 'test', 'docs', 'examples'].flatMap(filesOf).flatMap((file) => {
      const cited = new Set(readFileSync(file, 'utf8').match(ID));
      return [...cited].filter((id) => !explained.has(id)).map((id) => `${id} in ${file}`);
    });
    assert.deepEqual(unexplained, []);
  });

  it('N-18: is not needed to read a doc comment, which editors show to users', () => {
    const cited = filesOf('src').flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\/\*\*.*?\*\//gs)]
        .flatMap(([comment]) => comment.match(ID) ?? [])
        .map((id) => `${id} in ${file}`),
    );
    assert.deepEqual(cited, []);
  });

  it('names tests that are there and carry the id, and pages that are there', () => {
    const wrong = rows.flatMap(({ id, text }) =>
      [...text.matchAll(LINK)]
        .map(({ groups }) => join(dirname(PAGE), groups?.['file']?.replace(/#.*/, '') ?? ''))
        .filter((file) => !existsSync(file) || (/\.ts$/.test(file) && !cites(file, id)))
        .map((file) => `${id}: ${file}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('names a test for each case, or the page where it is said', () => {
    const needNone = /^(?:AW|[PWLA])-[BX]|^D/;
    const without = rows.filter(
      ({ id, text }) => !needNone.test(id) && !OF_OTHERS.includes(id) && !/\]\(/.test(text),
    );
    assert.deepEqual(without, []);
  });

  it('explains each input that failed', () => {
    const inputs = Object.entries(INPUTS).flatMap(([kind, count]) =>
      Array.from({ length: count }, (_, at) => `${kind}${at + 1}`),
    );
    const missing = ['P-0', ...inputs].filter((id) => !explained.has(id));
    assert.deepEqual(missing, []);
  });
});

function cites(file: string, id: string): boolean {
  return [...(readFileSync(file, 'utf8').match(ID) ?? [])].some((cited) => cited === id);
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|md|mts|cts)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
