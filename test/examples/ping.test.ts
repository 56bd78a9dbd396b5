import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { hostname } from 'node:os';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { freshVhost, sideChannel } from '../support/broker.js';
import { Program } from '../support/child.js';

const run = promisify(execFile);

/** What the blog's conversation prints, in its order. */
function conversation(text: string): void {
  assert.match(text, /^Got a ping!$/m);
  assert.match(text, new RegExp(`^Got a ping from ping_sender on ${hostname()}, pid \\d+$`, 'm'));
  assert.match(text, new RegExp(`^Ping processed by PingReceiver on ${hostname()}$`, 'm'));
  assert.match(text, /^Got a ping sent at \d{4}-\d\d-\d\dT[\d:.]+Z$/m);
  assert.match(text, /^Got a ping with value: \["Just ping me",1\]$/m);
}

describe('examples/ping', () => {
  it('holds the whole conversation by npm run ping, with a broker of its own', async () => {
    const env = { ...process.env, WAYBILL_URL: '' };
    const { stdout, stderr } = await run('npm', ['run', '--silent', 'ping'], { env });
    conversation(stdout);
    assert.match(stdout, /^Answer: Pong$/m);
    assert.equal(stderr.replace(/^npm warn .*$/gm, '').trim(), '');
  });

  it('holds it on the broker of WAYBILL_URL, too', async (t) => {
    const { url } = await freshVhost(t);
    await using ping = Program.run('examples/ping/ping.ts', { env: { WAYBILL_URL: url } });
    assert.deepEqual(await ping.ended, { code: 0, signal: null });
    conversation(ping.stdout);
    assert.match(ping.stdout, /^Answer: Pong$/m);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`works as two programs, and ends cleanly by ${signal}`, async (t) => {
      const env = { WAYBILL_URL: (await freshVhost(t)).url };
      await using receiver = Program.run('examples/ping/receive-ping.ts', { env });
      const side = await sideChannel(t, env.WAYBILL_URL);
      await side.waitForConsumers('ping_queue', 1);
      await using sender = Program.run('examples/ping/send-ping.ts', { env });
      assert.deepEqual(await sender.ended, { code: 0, signal: null });
      assert.match(sender.stdout, /^Answer: Pong$/m);
      await receiver.waitForLine('Got a ping with value');
      receiver.signal(signal);
      assert.deepEqual(await receiver.ended, { code: 0, signal: null });
      conversation(receiver.stdout);
      assert.equal(receiver.stderr, '');
    });
  }
});
