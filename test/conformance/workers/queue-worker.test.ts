import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { QueueWorker, type QueueWorkerOptions, RejectMessage } from 'waybill/workers';
import { z } from 'zod';
import { uniqueName } from '../../support/broker.js';
import { atLeast } from '../../support/broker-version.js';
import { Gate } from '../../support/stage/gate.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { startQueueWorker } from './start.js';
import { packed, recorded } from './wire.js';

/** Bodies that nobody can read as a task, with what the log says. */
const unreadable: readonly (readonly [what: string, body: Buffer, why: RegExp])[] = [
  ['W-C3: bytes that are not gzip', Buffer.from('no gzip'), /not gzip/],
  ['W-C3: nothing', Buffer.alloc(0), /is empty/],
  ['W-C3: gzip that is cut off', gzipSync('{"data":1}').subarray(0, -9), /gzip that was cut off/],
  ['W-C3: gzip of what is not JSON', gzipSync('{data}'), /not JSON/],
  ['W-C3: gzip of what is not UTF-8', gzipSync(Buffer.from([0x22, 0xff, 0x22])), /not text in UTF-8/],
  ['W-C3: a gzip bomb', gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')), /more than \d+ bytes/],
  ['W-C4: an object without data', packed({}), /it has: none/],
  ['W-C4: data and another key', packed({ data: 1, extra: 2 }), /it has: data, extra/],
  ['W-C4: another key', packed({ message: 1 }), /it has: message/],
];

describe('a queue worker', () => {
  const stage = useStage();

  /** A worker that notes what it is given, and its dead-letter queue. */
  async function start(t: TestContext, options: QueueWorkerOptions = {}) {
    const queue = uniqueName('tasks');
    const dead = uniqueName('dead');
    await stage.side.onChannel((channel) => channel.assertQueue(dead));
    const seen: unknown[] = [];
    const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead };
    const handler = (data: unknown): void => void seen.push(data);
    const { worker, log } = await startQueueWorker(t, stage, queue, handler, {
      ...options,
      route: { arguments: args },
    });
    const send = (bytes: Buffer): Promise<void> => stage.side.publish('', queue, bytes, { deliveryMode: 2 });
    return { queue, dead, seen, worker, log, send };
  }

  it('W-C1: hands over the data and acks', async (t) => {
    const { queue, dead, seen, worker, send } = await start(t);
    await send(packed({ data: 'm' }));
    await send(recorded.request);
    await waitForLength(seen, 2);
    await worker.drain();
    assert.deepEqual(seen, ['m', 'a message']);
    assert.deepEqual([await stage.side.depth(queue), await stage.side.depth(dead)], [0, 0]);
  });

  it('W-C1: takes any data, null and objects with data in them too', async (t) => {
    const { seen, send } = await start(t, { concurrency: 1 });
    const all = [null, 0, '', false, [], [1, { data: 2 }], { data: { data: 1 } }, { a: { b: 'ü😀' } }];
    for (const data of all) await send(packed({ data }));
    await waitForLength(seen, all.length);
    assert.deepEqual(seen, all);
  });

  it('W-C2: takes a bare value for the data', async (t) => {
    const { seen, send } = await start(t, { concurrency: 1 });
    const all = ['bare', 1, null, ['bare']];
    for (const bare of all) await send(packed(bare));
    await waitForLength(seen, all.length);
    assert.deepEqual(seen, all);
  });

  it('W-C2: rejects a bare value without requeue, where acceptBare is false', async (t) => {
    const { dead, seen, send, log } = await start(t, { acceptBare: false });
    await send(packed('bare'));
    await send(packed({ data: 'next' }));
    await waitForLength(seen, 1);
    const { properties } = await stage.side.waitForMessage(dead);
    assert.equal(properties.headers?.['x-death']?.[0]?.reason, 'rejected');
    assert.deepEqual(seen, ['next']);
    assert.match(log.errors.join(), /no object with a key 'data'/);
  });

  for (const [what, body, why] of unreadable) {
    it(`${what}: is rejected once and logged; the next task is done`, async (t) => {
      const { queue, dead, seen, worker, send, log } = await start(t);
      await send(body);
      await send(packed({ data: 'next' }));
      await waitForLength(seen, 1);
      const { content, fields, properties } = await stage.side.waitForMessage(dead);
      await worker.drain();
      assert.deepEqual(seen, ['next']);
      assert.deepEqual(content, body);
      // Since 4.3 what was rejected counts as delivered before, also where it is dead-lettered to.
      assert.equal(fields.redelivered, atLeast('4.3'));
      assert.equal(properties.headers?.['x-death']?.[0]?.count, 1);
      assert.deepEqual([await stage.side.depth(queue), await stage.side.depth(dead)], [0, 0]);
      assert.equal(log.errors.length, 1);
      assert.match(log.errors[0] ?? '', why);
      assert.match(log.errors[0] ?? '', new RegExp(`QueueWorker: unreadable message from queue '${queue}'`));
    });
  }

  const outcomes = [
    ['parked by default', {}, { failed: 1 }],
    ["rejected where onFailure is 'reject'", { onFailure: 'reject' }, { failed: undefined }],
    [
      "acked where onFailure is 'discard', as by the original",
      { onFailure: 'discard' },
      { failed: undefined },
    ],
  ] as const;
  for (const [what, options, { failed }] of outcomes) {
    it(`W-C5: a task whose handler throws is ${what}; its stack is in the log`, async (t) => {
      const queue = uniqueName('tasks');
      const seen: unknown[] = [];
      const { worker, log } = await startQueueWorker(
        t,
        stage,
        queue,
        function resize(data) {
          seen.push(data);
          if (data === 'bad') throw new RangeError('it broke');
        },
        { ...options, name: 'Images' },
      );
      for (const data of ['bad', 'next']) await stage.side.publish('', queue, packed({ data }));
      await waitForLength(seen, 2);
      await worker.drain();
      assert.deepEqual(seen, ['bad', 'next']);
      assert.equal(await stage.side.depth(queue), 0);
      assert.equal((await stage.side.look(`${queue}.failed`))?.messages, failed);
      assert.equal(log.errors.length, 1);
      const where = `^Images: resize failed on a message from queue '${queue}': RangeError: it broke\n\\s+at `;
      assert.match(log.errors[0] ?? '', new RegExp(where));
    });
  }

  it("W-C5: 'discard' leaves nothing to the queue's own dead-letter exchange either", async (t) => {
    const { queue, dead, seen, worker, send } = await start(t, { onFailure: 'discard' });
    await send(Buffer.from('no gzip'));
    await send(packed({ data: 'next' }));
    await waitForLength(seen, 1);
    await worker.drain();
    assert.deepEqual([await stage.side.depth(queue), await stage.side.depth(dead)], [0, 0]);
  });

  it('W-C5: the dossier of a parked task says who failed and why', async (t) => {
    const queue = uniqueName('tasks');
    const fail = (): never => {
      throw new RangeError('it broke');
    };
    await startQueueWorker(t, stage, queue, fail, { name: 'Images' });
    await stage.side.publish('', queue, packed({ data: 1 }));
    const { content, properties } = await stage.side.waitForMessage(`${queue}.failed`);
    assert.deepEqual(content, packed({ data: 1 }));
    const { error, message, attempts, handler, component } = properties.headers?.['x-waybill-dossier'] ?? {};
    assert.deepEqual([error, message, attempts, handler], ['RangeError', 'it broke', 1, 'fail']);
    assert.deepEqual([component.name, component.type], ['Images', 'QueueWorker']);
    assert.equal(component.vhost, decodeURIComponent(new URL(stage.url).pathname.slice(1)) || '/');
  });

  it('W-C5: a task is tried again after a delay where retry says so, then given up', async (t) => {
    const queue = uniqueName('tasks');
    const seen: unknown[] = [];
    const fail = (data: unknown): never => {
      seen.push(data);
      throw new Error('again');
    };
    await startQueueWorker(t, stage, queue, fail, { retry: { attempts: 3, delayMs: 20 } });
    await stage.side.publish('', queue, packed({ data: 1 }));
    await stage.side.publish('', queue, Buffer.from('unreadable: not tried again'));
    await waitForLength(seen, 3);
    await stage.side.waitForDepth(`${queue}.failed`, 2);
    assert.deepEqual(seen, [1, 1, 1]);
  });

  it('W-C5: a task that is refused on purpose is rejected, and nothing is logged', async (t) => {
    const queue = uniqueName('tasks');
    const seen: unknown[] = [];
    const { worker, log } = await startQueueWorker(t, stage, queue, (data) => {
      seen.push(data);
      if (data === 'refused') throw new RejectMessage();
    });
    for (const data of ['refused', 'next']) await stage.side.publish('', queue, packed({ data }));
    await waitForLength(seen, 2);
    await worker.drain();
    assert.equal(await stage.side.depth(queue), 0);
    assert.equal(await stage.side.look(`${queue}.failed`), undefined);
    assert.deepEqual(log.errors, []);
  });

  it('makes the data into what a route asks for; what does not fit is a failed task, not tried again', async (t) => {
    const queue = uniqueName('tasks');
    const seen: unknown[] = [];
    const type = z.object({ width: z.coerce.number().positive() });
    await startQueueWorker(t, stage, queue, (data) => void seen.push(data), {
      retry: { attempts: 3, delayMs: 20 },
      route: { type },
    });
    await stage.side.publish('', queue, packed({ data: { width: -1 } }));
    await stage.side.publish('', queue, packed({ data: { width: '7' } }));
    await waitForLength(seen, 1);
    const { properties } = await stage.side.waitForMessage(`${queue}.failed`);
    assert.deepEqual(seen, [{ width: 7 }]);
    assert.match(properties.headers?.['x-waybill-dossier'].message, /width/);
  });

  it('W-C13: finishes what runs when it is stopped, acks it, gives the rest back, then closes', async (t) => {
    const queue = uniqueName('tasks');
    const gate = new Gate();
    const begun: unknown[] = [];
    const ended: unknown[] = [];
    const { worker, log } = await startQueueWorker(
      t,
      stage,
      queue,
      async (data) => {
        begun.push(data);
        await gate.opened;
        ended.push(data);
      },
      { prefetch: 5, concurrency: 2 },
    );
    for (const data of [1, 2, 3, 4, 5, 6]) await stage.side.publish('', queue, packed({ data }));
    await waitForLength(begun, 2);
    const stopped = worker.drain();
    await stage.side.waitForDepth(queue, 4);
    gate.open();
    await stopped;
    assert.deepEqual(
      [begun, ended],
      [
        [1, 2],
        [1, 2],
      ],
    );
    assert.deepEqual(await stage.side.look(queue), { messages: 4, consumers: 0 });
    assert.deepEqual([log.errors, log.warnings], [[], []]);
  });

  it('W-C13: run() gives a function that stops the worker, also when it is called twice', async (t) => {
    const queue = uniqueName('tasks');
    const worker = new QueueWorker({ url: stage.url, logger: recordingLog() });
    worker.route(queue)(() => {});
    t.after(() => worker.close());
    const running = worker.run();
    assert.equal((await worker.health()).ok, false);
    const stop = await running;
    assert.equal((await worker.health()).ok, true);
    await Promise.all([stop(), stop()]);
    assert.equal((await worker.health()).ok, false);
    assert.equal((await stage.side.look(queue))?.consumers, 0);
    await assert.rejects(worker.run(), { name: 'ClosedError' });
  });

  it('W-C13: a stop that takes too long says how many tasks it left, aborts their signals, and they go back', async (t) => {
    const queue = uniqueName('tasks');
    const reasons: unknown[] = [];
    const { worker } = await startQueueWorker(t, stage, queue, async (_data, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      reasons.push(signal.reason.code);
    });
    await stage.side.publish('', queue, packed({ data: 'stuck' }));
    await until(async () => (await stage.side.depth(queue)) === 0, { what: 'it was taken' });
    await assert.rejects(worker.drain({ timeoutMs: 50 }), /QueueWorker: 1 messages? .* 50 ms/);
    await waitForLength(reasons, 1);
    assert.deepEqual(reasons, ['CONNECTION_LOST']);
    assert.equal(await stage.side.depth(queue), 1);
  });

  it('W-C14: declares its queue durable, without arguments, as Python does', async (t) => {
    const queue = uniqueName('tasks');
    await startQueueWorker(t, stage, queue, () => {});
    const declare = (options: object): Promise<unknown> =>
      stage.side.onChannel((channel) => channel.assertQueue(queue, options));
    await declare({ durable: true, autoDelete: false });
    for (const wrong of [{ durable: false }, { autoDelete: true }, { messageTtl: 1 }]) {
      await assert.rejects(declare(wrong), /PRECONDITION_FAILED/);
    }
  });

  it('leaves no connection open when the broker refuses its queue, and may run when that is mended', async (t) => {
    const [good, bad] = [uniqueName('good'), uniqueName('bad')];
    await stage.side.onChannel((channel) => channel.assertQueue(bad, { durable: false }));
    const worker = new QueueWorker({ url: stage.url, logger: recordingLog() });
    for (const queue of [good, bad]) worker.route(queue)(() => {});
    t.after(() => worker.close());
    await assert.rejects(worker.run(), { code: 'TOPOLOGY_REFUSED', message: new RegExp(bad) });
    await stage.side.waitForConsumers(good, 0);
    await stage.side.onChannel((channel) => channel.deleteQueue(bad));
    await worker.run();
    for (const queue of [good, bad]) assert.equal((await stage.side.look(queue))?.consumers, 1);
  });

  it('works on several queues, each with its own handlers and its own limits', async (t) => {
    const [slow, quick] = [uniqueName('slow'), uniqueName('quick')];
    const gate = new Gate();
    const seen: unknown[] = [];
    const worker = new QueueWorker({ url: stage.url, logger: recordingLog() }, { prefetch: 10 });
    worker.route(slow, { prefetch: 2 })(async (data: unknown) => {
      seen.push(data);
      await gate.opened;
    });
    worker.route(quick)((data: unknown) => void seen.push(data));
    t.after(() => worker.close());
    await worker.run();
    for (const data of ['a', 'b', 'c']) await stage.side.publish('', slow, packed({ data }));
    await stage.side.publish('', quick, packed({ data: 'quick' }));
    await waitForLength(seen, 3);
    await stage.side.waitForDepth(slow, 1);
    assert.deepEqual([...seen].sort(), ['a', 'b', 'quick']);
    gate.open();
    await waitForLength(seen, 4);
  });
});
