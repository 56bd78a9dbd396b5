import assert from 'node:assert/strict';
import {
  accessSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { writeSuitePrograms } from '../../support/suite-programs.js';

describe('the programs that run those of another Debian', () => {
  it('are all that the tests call, and can be run', (t) => {
    const folder = writeSuitePrograms(suite(t));
    const tools = [
      'epmd',
      'rabbitmq-diagnostics',
      'rabbitmq-plugins',
      'rabbitmq-queues',
      'rabbitmq-server',
      'rabbitmqctl',
    ];
    assert.deepEqual(readdirSync(folder).sort(), tools);
    for (const tool of tools) accessSync(join(folder, tool), constants.X_OK);
  });

  it('replace each other from the first to the last, so that signals reach the broker', (t) => {
    const text = readFileSync(join(writeSuitePrograms(suite(t)), 'rabbitmq-server'), 'utf8');
    assert.match(text, /^exec unshare --mount sh -c '$/m);
    assert.match(text, /^ {2}exec chroot "\$root" env --chdir="\$PWD" "\$program" "\$@"$/m);
  });

  it('are left alone when they are right, and written anew by a later version of these tests', (t) => {
    const root = suite(t);
    const folder = writeSuitePrograms(root);
    const [kept, stale] = [join(folder, 'rabbitmqctl'), join(folder, 'epmd')];
    const before = statSync(kept).ino;
    const text = readFileSync(stale, 'utf8');
    writeFileSync(stale, 'from before');
    writeSuitePrograms(root);
    assert.equal(statSync(kept).ino, before);
    assert.equal(readFileSync(stale, 'utf8'), text);
  });
});

function suite(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'waybill-suite-'));
  t.after(() => rmSync(root, { recursive: true }));
  return root;
}
