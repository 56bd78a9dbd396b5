// Jest and bundlers make CommonJS of modules, or one file of many. What the sources say must be true there, too.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { packageVersion } from '../src/common/package-version.js';

/** What is not the command line's alone: nobody makes CommonJS of that. */
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((file) => join('src', file))
  .filter((file) => /\.c?ts$/.test(file) && !/^src.(?:cli|ui)/.test(file));

describe('T-C5, H-D5: a source of which CommonJS is made', () => {
  it('does not ask where it lies: babel leaves `import.meta` as it is, and esbuild has nothing to say for it', () => {
    const asking = sources.filter((file) => /import\.meta\b/.test(code(file)));
    assert.deepEqual(asking, []);
  });

  it('has no default import of CommonJS: ts-jest finds none without esModuleInterop', () => {
    const defaults = sources.filter((file) =>
      /^import \w+(?:, \{[^}]*\})? from '(?:node:[^']+|[^']+\.cjs|amqplib|os-utils|class-transformer)'/m.test(
        code(file),
      ),
    );
    assert.deepEqual(defaults, []);
  });

  it('knows the version of its package', () => {
    assert.equal(packageVersion, JSON.parse(readFileSync('package.json', 'utf8')).version);
  });
});

/** A file without its comments. */
function code(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '');
}
