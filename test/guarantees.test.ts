// Each promise of docs/guarantees.md names the tests that show it, and those tests are there.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

const PAGE = 'docs/guarantees.md';

/** What a section says here is not promised, and needs no test. */
const NOT_PROMISED = 'What is not promised';

const PROOF = /^ {2}- \[(?<title>.*)\]\((?<file>[^)]+)\)$/;

/** Names of tests as a source writes them: `it('…')`, `test("…")`, `it(\`…\`)`. */
const TITLE = /\b(?:it|test|describe)(?:\.\w+)?\(\s*(['"`])(?<title>(?:\\.|(?!\1)[\s\S])*)\1/g;

interface Section {
  readonly title: string;
  readonly promises: readonly Promised[];
}

interface Promised {
  readonly text: string;
  readonly proofs: readonly Proof[];
}

/** A test that the page names: a link whose text is its title, with `…` where the title has a placeholder. */
interface Proof {
  readonly title: string;
  readonly file: string;
}

describe(PAGE, () => {
  const sections = readSections(readFileSync(PAGE, 'utf8'));
  const promised = sections.filter(({ title }) => title !== NOT_PROMISED);

  it('promises something, and says what it does not promise', () => {
    assert.ok(promised.length >= 5 && promised.every(({ promises }) => promises.length > 0));
    assert.ok(sections.some(({ title }) => title === NOT_PROMISED));
  });

  for (const { title, promises } of promised) {
    for (const { text, proofs } of promises) {
      it(`${title}: ${text}`, () => {
        assert.ok(proofs.length > 0, 'names no test');
        assert.deepEqual(
          proofs.filter((proof) => !isThere(proof)),
          [],
          'these tests are not there',
        );
      });
    }
  }
});

function readSections(page: string): Section[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [title = '', ...lines] = part.split('\n');
      return { title, promises: readPromises(lines.join('\n')) };
    });
}

function readPromises(text: string): Promised[] {
  return text
    .split(/^- /m)
    .slice(1)
    .map((part) => {
      const lines = part.split('\n');
      return {
        text: /\*\*(.*?)\.?\*\*/.exec(part)?.[1] ?? lines[0] ?? '',
        proofs: lines.flatMap((line) => readProof(line)),
      };
    });
}

function readProof(line: string): Proof[] {
  const { title, file } = PROOF.exec(line)?.groups ?? {};
  return title === undefined || file === undefined ? [] : [{ title, file: join(dirname(PAGE), file) }];
}

function isThere({ title, file }: Proof): boolean {
  if (!existsSync(file)) return false;
  return titlesOf(readFileSync(file, 'utf8')).includes(title);
}

/** The titles in a source, unescaped, and with `…` for each placeholder. */
function titlesOf(source: string): string[] {
  return [...source.matchAll(TITLE)].map(({ groups }) =>
    (groups?.['title'] ?? '').replaceAll(/\$\{[^}]*\}/g, '…').replaceAll(/\\(.)/g, '$1'),
  );
}
