// What the pages of the package link to is in the package, too.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

const { files, scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly files: readonly string[];
  readonly scripts: object;
};

/** npm packs these whatever `files` says. */
const always = ['README.md', 'LICENSE', 'package.json'];

/** These say on top that the tests they name are in the repository only. */
const namesTests = ['docs/conformance.md', 'docs/guarantees.md'];

const LINK = /\]\((?!\w+:|#)(?<path>[^)#\s]+)/g;

it('N-18: nothing is run where the package is installed', () => {
  const run = ['preinstall', 'install', 'postinstall', 'prepare'].filter((name) => name in scripts);
  assert.deepEqual(run, []);
});

describe('the pages of the package', () => {
  const pages = [...always, ...files].flatMap((each) =>
    each === 'docs' ? readdirSync(each).map((name) => join(each, name)) : [each],
  );
  for (const page of pages.filter((each) => each.endsWith('.md')))
    it(`N-18: link to what is packed: ${page}`, () => {
      const lost = [...readFileSync(page, 'utf8').matchAll(LINK)]
        .map(({ groups }) => join(dirname(page), groups?.['path'] ?? ''))
        .filter((path) => !isPacked(path) && !(namesTests.includes(page) && path.startsWith('test/')));
      assert.deepEqual(lost, []);
    });
});

function isPacked(path: string): boolean {
  return (
    existsSync(path) && [...always, ...files].some((each) => path === each || path.startsWith(`${each}/`))
  );
}
