import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { freshVhost } from '../support/broker.js';
import { Program } from '../support/child.js';

const run = promisify(execFile);

/** Lines in any order: the services run side by side. */
function assertLines(text: string): void {
  const lines = text
    .replace(/ \(the answer of .*$/m, '')
    .trim()
    .split('\n');
  assert.deepEqual(lines.sort(), [
    'audit: order 1, by orders',
    'gateway: exception only 0 of album',
    'gateway: order 1 is placed',
    'mail: your order 1 is on its way',
    'orders: 20 stamp, 80 are left',
  ]);
}

describe('examples/service', () => {
  it('N-8: handles, calls and tells, under one name, by npm run example:service, and ends', async () => {
    const env = { ...process.env, WAYBILL_URL: '' };
    const { stdout } = await run('npm', ['run', '--silent', 'example:service'], { env });
    assertLines(stdout);
  });

  it('N-8: does it on the broker of WAYBILL_URL, too', async (t) => {
    const { url } = await freshVhost(t);
    await using program = Program.run('examples/service/service.ts', { env: { WAYBILL_URL: url } });
    assert.deepEqual(await program.waitForEnd(20_000), { code: 0, signal: null });
    assertLines(program.stdout);
  });
});
