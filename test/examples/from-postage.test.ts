// The programs of the guide are run as they stand there, each with a peer that does what Python's Postage does (seeds 1.2).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { DevBroker } from 'waybill/devbroker';
import { freshVhost, sideChannel } from '../support/broker.js';
import type { Program } from '../support/child.js';
import { ShownPrograms } from '../support/shown-programs.js';
import type { SideChannel } from '../support/side-channel.js';
import { command, rpc } from '../support/stage/envelopes.js';
import { RawServer, success } from '../support/stage/raw-server.js';
import { Replies } from '../support/stage/replies.js';
import { until } from '../support/until.js';

const page = readFileSync('docs/from-postage.md', 'utf8');
const names = { exchange: 'ping-exchange', queue: 'ping-queue', key: 'ping_rk' } as const;

/** What a component of Python declares when it starts: its queue is not durable. */
async function declareAsPython(side: SideChannel): Promise<void> {
  await side.onChannel(async (channel) => {
    await channel.assertExchange(names.exchange, 'direct', { durable: true });
    await channel.assertQueue(names.queue, { durable: false });
    await channel.bindQueue(names.queue, names.exchange, names.key);
  });
}

/** Answers calls with no property at all, and takes messages. */
async function servePython(side: SideChannel): Promise<RawServer> {
  await declareAsPython(side);
  const server: RawServer = await RawServer.start(side, names, (request) => {
    if (request.properties.replyTo) server.replyWith(request, success(3), {});
  });
  return server;
}

/** Sends as a client of Python does: without a message id, a correlation id, or anybody who hears of what has no queue. */
async function send(side: SideChannel, body: unknown, properties = {}): Promise<void> {
  const given = { contentType: 'application/json', ...properties };
  await side.publish(names.exchange, names.key, JSON.stringify(body), given);
}

async function callAsPython(side: SideChannel): Promise<unknown> {
  const replies = await Replies.declare(side);
  await send(side, rpc('sum', { a: 1, b: 2 }), { replyTo: replies.queue });
  return (await replies.next()).content;
}

/** The values of the messages in a queue that nobody has had. */
async function newIn(side: SideChannel, queue: string): Promise<unknown[]> {
  const values: unknown[] = [];
  for (let got = await side.take(queue); got; got = await side.take(queue)) {
    if (!got.fields.redelivered) values.push(JSON.parse(got.content.toString()).content.parameters.value);
  }
  return values;
}

async function end(program: Program): Promise<void> {
  program.signal('SIGTERM');
  assert.deepEqual(await program.waitForEnd(20_000), { code: 0, signal: null });
  assert.equal(program.stderr, '');
}

async function onEmbedded(t: TestContext): Promise<{ readonly url: string }> {
  const broker = await DevBroker.start({ port: 0 });
  t.after(() => broker.close());
  return broker;
}

const brokers = [
  ['RabbitMQ', freshVhost],
  ['the embedded broker', onEmbedded],
] as const;

for (const [broker, open] of brokers) {
  describe(`docs/from-postage.md on ${broker}`, () => {
    async function begin(t: TestContext) {
      const { url } = await open(t);
      const side = await sideChannel(t, url);
      const shown = new ShownPrograms(page);
      t.after(() => shown[Symbol.dispose]());
      const run = (name: string): Program => {
        const program = shown.run(name, { env: { WAYBILL_URL: url } });
        t.after(() => program.close());
        return program;
      };
      return { url, side, run };
    }

    it('N-21: its client sends to a server of Python, calls it, and prints the answer', async (t) => {
      const { side, run } = await begin(t);
      const server = await servePython(side);
      const client = run('send.ts');
      assert.deepEqual(await client.waitForEnd(20_000), { code: 0, signal: null });
      assert.deepEqual([client.stdout, client.stderr], ['3\n', '']);
      assert.deepEqual(
        server.requests.map(({ body }) => body.name),
        ['custom_ping', 'sum'],
      );
    });

    it('N-21: its server takes from the queue of a server of Python, beside it and after it', async (t) => {
      const { url, side, run } = await begin(t);
      const process = await sideChannel(t, url);
      const python = await servePython(process);
      const receiver = run('receive.ts');
      await side.waitForConsumers(names.queue, 2, 20_000);
      for (const value of [1, 2]) await send(side, command('custom_ping', { value }));
      await receiver.waitForLine(/^[12]$/);
      await until(() => python.requests.length === 1, { what: 'the other one has gone to Python' });
      await process.close();
      await side.waitForConsumers(names.queue, 1);
      assert.deepEqual(await callAsPython(side), { type: 'success', value: 3, message: '' });
      await end(receiver);
    });

    it('N-21: its client and its server work together, each line of them as it stands', async (t) => {
      const { side, run } = await begin(t);
      const receiver = run('receive.ts');
      await side.waitForConsumers(names.queue, 1, 20_000);
      const client = run('send.ts');
      assert.deepEqual(await client.waitForEnd(20_000), { code: 0, signal: null });
      assert.deepEqual([client.stdout, client.stderr], ['3\n', '']);
      await receiver.waitForLine('5');
      await end(receiver);
    });

    it('N-21: its queue is replaced by a durable one, and what the old one has is handled', async (t) => {
      const { side, run } = await begin(t);
      await declareAsPython(side);
      await send(side, command('custom_ping', { value: 1 }));
      const receiver = run('replace-queue.ts');
      await receiver.waitForLine('1');
      await receiver.waitForLine('The old queue gets nothing any more.');
      await send(side, command('custom_ping', { value: 2 }));
      await receiver.waitForLine('2');
      await receiver.close();
      await side.waitForConsumers('pings', 0);
      await send(side, command('custom_ping', { value: 3 }));
      // Killed behind its line it may not have acked: what comes again is no news.
      assert.deepEqual(await newIn(side, 'pings'), [3]);
      assert.deepEqual(await newIn(side, names.queue), []);
      await side.onChannel((channel) => channel.assertQueue('pings', { durable: true }));
      assert.deepEqual(receiver.stdout.trim().split('\n').sort(), [
        '1',
        '2',
        'The old queue gets nothing any more.',
      ]);
    });

    it('N-21: each of its programs is among those that are run', () => {
      using shown = new ShownPrograms(page);
      assert.deepEqual(shown.names, ['facilities.ts', 'send.ts', 'receive.ts', 'replace-queue.ts']);
    });
  });
}
