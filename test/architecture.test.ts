// Holds the house rules that no compiler knows: who may import whom, how long things may be, that all is explained.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { undocumentedExports } from './support/architecture/doc-comments.js';
import { importCycles } from './support/architecture/import-cycles.js';
import { importViolations } from './support/architecture/import-table.js';
import { type LongFile, sizeViolations } from './support/architecture/size-limits.js';
import { readSourceFiles } from './support/architecture/source-files.js';

const LONG_FILES: readonly LongFile[] = [
  { path: 'protocol/spec.ts', reason: 'the table of all AMQP 0-9-1 classes and methods' },
];

describe('the sources', () => {
  const files = readSourceFiles('src');
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    dependencies: Record<string, string>;
    peerDependencies: Record<string, string>;
  };
  const packages = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

  it('import as the table of rooms allows', () => {
    assert.deepEqual(importViolations(files, packages), []);
  });

  it('have no import cycles', () => {
    assert.deepEqual(importCycles(files), []);
  });

  it('keep files and functions short', () => {
    assert.deepEqual(sizeViolations(files, LONG_FILES), []);
  });

  it('are there where docs/architecture.md says so', () => {
    const page = readFileSync('docs/architecture.md', 'utf8');
    const named = [...page.matchAll(/`((?:src|test)\/[^`]+)`/g)].map(([, path]) => path as string);
    assert.ok(named.length > 50);
    assert.deepEqual(
      named.filter((path) => !existsSync(path)),
      [],
    );
  });

  it('explain all they export', () => {
    assert.deepEqual(undocumentedExports(files), []);
  });
});
