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

  it('names tests that are there and carry the id', () => {
    const wrong = rows.flatMap(({ id, text }) =>
      [...text.matchAll(LINK)]
        .map(({ groups }) => join(dirname(PAGE), groups?.['file'] ?? ''))
        .filter((file) => !existsSync(file) || !cites(file, id))
        .map((file) => `${id}: ${file}`),
    );
    assert.deepEqual(wrong, []);
  });

  it('names a test for each case', () => {
    const without = rows.filter(({ id, text }) => !/-[BX]|^D/.test(id) && !/\]\(/.test(text));
    assert.deepEqual(without, []);
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
