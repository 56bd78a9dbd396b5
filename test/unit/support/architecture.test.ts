// Each check of architecture.test.ts is shown a tree with planted violations.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { undocumentedExports } from '../../support/architecture/doc-comments.js';
import { importCycles } from '../../support/architecture/import-cycles.js';
import { importViolations } from '../../support/architecture/import-table.js';
import { sizeViolations } from '../../support/architecture/size-limits.js';
import { readSourceFiles, type SourceFile } from '../../support/architecture/source-files.js';

const PACKAGES = ['amqplib', 'class-transformer', 'reflect-metadata', 'uuid'];

function plant(t: TestContext, files: Readonly<Record<string, string>>): SourceFile[] {
  const root = mkdtempSync(join(tmpdir(), 'waybill-architecture-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return readSourceFiles(root);
}

function importsIn(t: TestContext, path: string, ...lines: string[]): string[] {
  return importViolations(plant(t, { [path]: lines.join('\n') }), PACKAGES);
}

describe('the architecture checks', () => {
  it('fail without sources', (t) => {
    assert.throws(() => plant(t, {}), /No source file below/);
    assert.throws(() => readSourceFiles('no-such-folder'), /No source file below no-such-folder/);
  });

  it('find every way to name a module', (t) => {
    const found = importsIn(
      t,
      'protocol/a.ts',
      "import { a } from '../wire/index.js';",
      "import type { B } from '../wire/index.js';",
      "import '../wire/index.js';",
      "export { c } from '../wire/index.js';",
      "export type { D } from '../wire/index.js';",
      "export * from '../wire/index.js';",
      "const e = await import('../wire/index.js');",
      "let f: import('../wire/index.js').F;",
      "import g = require('../wire/index.js');",
      "const h = require('../wire/index.js');",
    );
    const problem = 'imports wire/index.ts, which protocol may not';
    assert.deepEqual(
      found,
      Array.from({ length: 10 }, (_, index) => `protocol/a.ts:${index + 1} ${problem}`),
    );
  });

  it('find imports that are computed', (t) => {
    assert.deepEqual(importsIn(t, 'wire/a.ts', 'await import(name);'), [
      'wire/a.ts:1 imports a module whose name is computed',
    ]);
  });

  it('let pass what the table allows', (t) => {
    const files = {
      'amqp/index.ts':
        "import 'amqplib'; import '../protocol/index.js'; import '../errors.js'; import './link/b.js';",
      'wire/a.ts':
        "import 'class-transformer'; import 'reflect-metadata'; import '../logger.js'; import 'node:fs';",
      'messaging/handlers/a.ts':
        "import 'uuid'; import '../../rpc/index.js'; import '../exchange.js'; import '../../scheduler/index.js';",
      'devbroker/queues/a.ts': "import '../../protocol/index.js'; import '../common/b.js';",
      'testing/a.ts': "import '../devbroker/index.js'; import '../messaging/index.js';",
      'cli/a.ts': "import '../devbroker/index.js'; import '../app/index.js'; import '../index.js';",
      'index.ts':
        "export * from './messaging/index.js'; export * from './app/index.js'; export * from './errors.js';",
    };
    assert.deepEqual(importViolations(plant(t, files), PACKAGES), []);
  });

  for (const [path, target, room] of [
    ['scheduler/a.ts', 'amqp/index.ts', 'scheduler'],
    ['protocol/a.ts', 'logger.ts', 'protocol'],
    ['devbroker/a.ts', 'amqp/index.ts', 'devbroker'],
    ['devbroker/a.ts', 'wire/index.ts', 'devbroker'],
    ['wire/a.ts', 'amqp/index.ts', 'wire'],
    ['amqp/a.ts', 'wire/index.ts', 'amqp'],
    ['rpc/a.ts', 'messaging/index.ts', 'rpc'],
    ['messaging/a.ts', 'devbroker/index.ts', 'messaging'],
    ['workers/a.ts', 'messaging/index.ts', 'workers'],
    ['registry/a.ts', 'app/index.ts', 'registry'],
    ['app/a.ts', 'workers/index.ts', 'app'],
    ['testing/a.ts', 'rpc/index.ts', 'testing'],
    ['wire/a.ts', 'index.ts', 'wire'],
    ['app/a.ts', 'cli/index.ts', 'app'],
  ] as const) {
    it(`keep ${room} from importing ${target}`, (t) => {
      const specifier = `../${target.replace('.ts', '.js')}`;
      assert.deepEqual(importsIn(t, path, `import '${specifier}';`), [
        `${path}:1 imports ${target}, which ${room} may not`,
      ]);
    });
  }

  it('keep the face from the rooms with doors of their own, and the leaves from the rooms', (t) => {
    assert.deepEqual(importsIn(t, 'index.ts', "export * from './devbroker/index.js';"), [
      'index.ts:1 imports devbroker/index.ts, which index.ts may not',
    ]);
    assert.deepEqual(importsIn(t, 'errors.ts', "import './wire/index.js';"), [
      'errors.ts:1 imports wire/index.ts, which errors.ts may not',
    ]);
  });

  it('keep the groups of a room in their order, types included', (t) => {
    assert.deepEqual(
      importsIn(t, 'amqp/consuming/a.ts', "import '../connection/b.js'; import './c.js';"),
      [],
    );
    assert.deepEqual(importsIn(t, 'amqp/consuming/a.ts', "import type { B } from '../link/b.js';"), [
      'amqp/consuming/a.ts:1 imports amqp/link/b.ts, which is above consuming',
    ]);
    for (const [from, to] of [
      ['messaging/handlers', 'processing'],
      ['messaging/producing', 'processing'],
      ['messaging/processing', 'contract.ts'],
      ['app/common', 'metrics'],
      ['app/parts', 'amqp'],
      ['app/http', 'metrics'],
      ['app/sse', 'app.ts'],
      ['devbroker/exchanges', 'virtual-host'],
      ['devbroker/queues', 'channels'],
      ['devbroker/channels', 'server'],
    ] as const) {
      const [room, group] = from.split('/');
      const target = to.endsWith('.ts') ? to : `${to}/b.ts`;
      const line = `import type { B } from '../${target.replace('.ts', '.js')}';`;
      assert.deepEqual(importsIn(t, `${from}/a.ts`, line), [
        `${from}/a.ts:1 imports ${room}/${target}, which is above ${group}`,
      ]);
    }
    assert.deepEqual(importsIn(t, 'amqp/a.ts', "import './link/b.js';"), [
      'amqp/a.ts:1 is in no group of amqp that the import table knows',
    ]);
  });

  it('let any room use the small helpers by their own files', (t) => {
    assert.deepEqual(importsIn(t, 'rpc/a.ts', "import '../common/timers.js';"), []);
    assert.deepEqual(importsIn(t, 'common/a.ts', "import '../errors.js'; import '../rpc/index.js';"), [
      'common/a.ts:1 imports rpc/index.ts, which common may not',
    ]);
  });

  it('keep rooms from reaching past the index of another', (t) => {
    assert.deepEqual(importsIn(t, 'rpc/a.ts', "import '../wire/message.js';"), [
      'rpc/a.ts:1 imports wire/message.ts past wire/index.ts',
    ]);
  });

  it('keep packages with their rooms, and undeclared ones out', (t) => {
    const found = importsIn(
      t,
      'rpc/a.ts',
      "import 'amqplib';",
      "import 'class-transformer/storage';",
      "import '@scope/name/deep';",
      "import 'fs';",
    );
    assert.deepEqual(found, [
      'rpc/a.ts:1 imports amqplib, which is for the room amqp only',
      'rpc/a.ts:2 imports class-transformer, which is for the room wire only',
      'rpc/a.ts:3 imports @scope/name, which is no dependency',
      'rpc/a.ts:4 imports fs, which is no dependency',
    ]);
  });

  it('find rooms and root files that the table does not know', (t) => {
    for (const path of ['cellar/a.ts', 'loose.ts', 'constructor/a.ts']) {
      assert.deepEqual(importsIn(t, path, ''), [
        `${path} is in none of the rooms that the import table knows`,
      ]);
    }
  });

  it('find import cycles, but not those that only types make', (t) => {
    const files = plant(t, {
      'wire/a.ts': "import './b.js';",
      'wire/b.ts': "import { type C } from './c.js'; import './d.js'; import type { A } from './a.js';",
      'wire/c.ts': "import './a.js';",
      'wire/d.ts': '',
    });
    assert.deepEqual(importCycles(files), ['wire/a.ts -> wire/b.ts -> wire/c.ts -> wire/a.ts']);
  });

  it('find long files, long functions and exceptions that are needed no more', (t) => {
    const longMethod = `class A {\n  method() {${'\n'.repeat(40)}  }\n}\n`;
    const fitting = `const f = () => {${'\n'.repeat(39)}};\n`;
    const files = plant(t, {
      'wire/fits.ts': 'x;\n'.repeat(250),
      'wire/long.ts': 'x;\n'.repeat(251),
      'wire/table.ts': 'x;\n'.repeat(300),
      'wire/functions.ts': fitting + longMethod,
    });
    const exceptions = ['wire/table.ts', 'wire/fits.ts', 'wire/gone.ts'].map((path) => ({
      path,
      reason: 'a table',
    }));
    assert.deepEqual(sizeViolations(files, exceptions), [
      'wire/long.ts has 251 lines, more than 250',
      'wire/functions.ts:42 has a function of 41 lines, more than 40',
      'wire/fits.ts is listed as a long file and is none',
      'wire/gone.ts is listed as a long file and is none',
    ]);
  });

  it('find exports without a doc comment', (t) => {
    const text = `
      /** Said. */ export function fine(): void {}
      /** Once for all. */ export function over(a: 1): void;
      export function over(a: unknown): void {}
      export const bare = 1;
      // No doc comment.
      export class Bare {}
      export interface Shape {}
      export type Name = string;
      const listed = 2;
      function hidden() {}
      export { listed as renamed };
      export * from './other.js';
      export default function () {}
    `;
    assert.deepEqual(
      undocumentedExports(plant(t, { 'wire/a.ts': text })).map((each) =>
        each.replace(' without a doc comment', ''),
      ),
      [
        'wire/a.ts:5 exports bare',
        'wire/a.ts:7 exports Bare',
        'wire/a.ts:8 exports Shape',
        'wire/a.ts:9 exports Name',
        'wire/a.ts:10 exports listed',
        'wire/a.ts:14 exports a default',
      ],
    );
  });
});
