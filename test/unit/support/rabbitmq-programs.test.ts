import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { exactVersionOf } from '../../support/rabbitmq-programs.js';

describe('the exact version of programs of RabbitMQ', () => {
  for (const plugin of ['rabbit-4.3.6', 'rabbit-4.3.6.ez']) {
    it(`is read from their release: ${plugin}`, async (t) => {
      const root = folder(t);
      const release = join(root, 'lib/rabbitmq_server-4.3.6');
      for (const part of [
        `plugins/${plugin}`,
        'plugins/rabbit_common-4.3.6',
        'plugins/rabbitmq_web_stomp-4.3.6',
        'sbin',
      ]) {
        mkdirSync(join(release, part), { recursive: true });
      }
      writeFileSync(join(release, 'sbin/rabbitmq-server'), '');
      mkdirSync(join(root, 'bin'));
      symlinkSync('../lib/rabbitmq_server-4.3.6/sbin/rabbitmq-server', join(root, 'bin/rabbitmq-server'));
      assert.equal(await exactVersionOf(join(root, 'bin')), '4.3.6');
    });
  }

  it('is asked for where they are laid out otherwise', async (t) => {
    const root = folder(t);
    writeFileSync(join(root, 'rabbitmq-server'), '');
    writeFileSync(join(root, 'rabbitmqctl'), '#!/bin/sh\n[ "$1" = version ] && echo 4.1.2\n', {
      mode: 0o755,
    });
    assert.equal(await exactVersionOf(root), '4.1.2');
  });
});

function folder(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), 'waybill-programs-'));
  t.after(() => rmSync(root, { recursive: true }));
  return root;
}
