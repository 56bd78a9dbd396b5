import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { QueueProducer } from 'waybill/workers';
import type { Tasks } from '../../examples/queue-worker/tasks.js';
import { pika, whyMissing } from '../interop/python.js';
import { freshVhost, sideChannel } from '../support/broker.js';
import { Program } from '../support/child.js';

const run = promisify(execFile);

/** Lines in any order: the routes run side by side. */
function assertLines(text: string, expected: readonly string[]): void {
  const lines = text
    .replaceAll(/[\d.]+ ms$/gm, '0 ms')
    .trim()
    .split('\n');
  assert.deepEqual(lines.sort(), [...expected].sort());
}

const worked = ['sea.png is now 200 wide', 'broken.png is now 100 wide', 'Hello Ada!'];

const calculated = [
  '1 + 2 + 3 = 6',
  'RangeError: a number cannot be divided by zero',
  whyMissing(pika) ? 'There is no Python with pika here.' : 'Python says 4 + 5 + 6 = 15',
];

const registered = [
  'Ada is 36 and was created',
  'Hello Bob! You are number 1.',
  'ContentMismatchError: The content does not fit what the handler asks for: name: Too small: expected string to have >=1 characters; age: Too small: expected number to be >=18.',
];

/** How long it took is another thing each time. */
const surrounded = ['in: call welcomes: 0 ms', 'out: call welcomes: 0 ms', 'Hello Ada, of the shop'];

const examples = [
  ['queue-worker', worked],
  ['rpc-worker', calculated],
  ['registry', registered],
  ['middleware', surrounded],
] as const;

for (const [name, lines] of examples) {
  describe(`examples/${name}`, () => {
    it(`does its work by npm run example:${name}, with a broker of its own, and ends`, async () => {
      const env = { ...process.env, WAYBILL_URL: '' };
      const { stdout } = await run('npm', ['run', '--silent', `example:${name}`], { env });
      assertLines(stdout, lines);
    });

    it('does it on RabbitMQ, too', async (t) => {
      const { url } = await freshVhost(t);
      await using program = Program.run(`examples/${name}/${name}.ts`, { env: { WAYBILL_URL: url } });
      assert.deepEqual(await program.ended, { code: 0, signal: null });
      assertLines(program.stdout, lines);
    });
  });
}

describe('examples/queue-worker/serve.ts', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`works until ${signal}, and ends with exit code 0`, async (t) => {
      const { url } = await freshVhost(t);
      const side = await sideChannel(t, url);
      await using server = Program.run('examples/queue-worker/serve.ts', { env: { WAYBILL_URL: url } });
      await side.waitForConsumers('greetings', 1, 20_000);
      await using producer = new QueueProducer<Tasks>({ url });
      await producer.publish('greetings', 'Grace');
      await server.waitForLine('Hello Grace!');
      server.signal(signal);
      assert.deepEqual(await server.ended, { code: 0, signal: null });
      assert.equal(server.stderr, '');
      assert.equal((await side.look('greetings'))?.consumers, 0);
    });
  }
});
