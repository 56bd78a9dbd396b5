import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isWaybillError } from 'waybill';
import { RpcWorker, type RpcWorkerOptions } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { Gate } from '../../support/stage/gate.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { startRpcWorker } from './start.js';
import { packed, RawCaller, recorded, unpacked } from './wire.js';

/** What stands in an answer that tells of a failure. */
interface Failure {
  readonly success: false;
  readonly error: {
    readonly type: string;
    readonly message: string;
    readonly args: unknown[];
    trace?: string;
  };
}

describe('an RPC worker', () => {
  const stage = useStage();

  it('W-C6: answers as the original, byte for byte inside of gzip', async (t) => {
    const queue = uniqueName('calls');
    await startRpcWorker(t, stage, queue, (data) => `data received ${data}`);
    const caller = await RawCaller.declare(stage.side);
    const sent = { correlationId: '4711', deliveryMode: 1, headers: { From: caller.queue } };
    const { body, properties } = await caller.call(queue, recorded.request, sent);
    assert.deepEqual(body, unpacked(recorded.reply));
    assert.equal(JSON.stringify(body), '{"success":true,"data":"data received a message"}');
    const { correlationId, type, contentType, contentEncoding, deliveryMode, timestamp, headers } =
      properties;
    assert.deepEqual(
      { correlationId, type, contentType, contentEncoding, deliveryMode, headers: headers ?? {} },
      {
        correlationId: '4711',
        type: 'result',
        contentType: 'application/octet-stream',
        contentEncoding: undefined,
        deliveryMode: 1,
        headers: {},
      },
    );
    assert.ok(Math.abs(timestamp - Date.now() / 1_000) < 60, 'the timestamp counts seconds');
  });

  it('W-C6: takes the delivery mode of the request', async (t) => {
    const queue = uniqueName('calls');
    await startRpcWorker(t, stage, queue, (data) => data);
    const caller = await RawCaller.declare(stage.side);
    const { properties } = await caller.call(queue, packed({ data: 1 }), { deliveryMode: 2 });
    assert.equal(properties.deliveryMode, 2);
  });

  const thrown: readonly (readonly [string, unknown, Failure['error']])[] = [
    ['an Error', new Error('an error'), { type: 'Error', message: "Error('an error')", args: ['an error'] }],
    [
      'its quotes',
      new RangeError(`it's`),
      { type: 'RangeError', message: `RangeError("it's")`, args: [`it's`] },
    ],
    ['no text', new TypeError(), { type: 'TypeError', message: 'TypeError()', args: [''] }],
    ['both quotes', new Error(`"it's"`), { type: 'Error', message: `Error('"it\\'s"')`, args: [`"it's"`] }],
    ['lines', new Error('a\n\\"b"'), { type: 'Error', message: `Error('a\\n\\\\"b"')`, args: ['a\n\\"b"'] }],
    ['a text', 'just so', { type: 'Error', message: "Error('just so')", args: ['just so'] }],
  ];
  for (const [what, error, expected] of thrown) {
    it(`W-C7: answers with what its handler threw, without a traceback: ${what}`, async (t) => {
      const queue = uniqueName('calls');
      const { worker, log } = await startRpcWorker(t, stage, queue, () => Promise.reject(error), {});
      const caller = await RawCaller.declare(stage.side);
      const { body, properties } = await caller.call(queue, packed({ data: 1 }));
      assert.deepEqual(body, { success: false, error: expected });
      assert.equal(properties.type, 'result');
      await worker.drain();
      assert.equal(await stage.side.depth(queue), 0);
      assert.equal(log.errors.length, 1);
    });
  }

  it('W-C7: sends the traceback along where remoteStacks says so', async (t) => {
    const queue = uniqueName('calls');
    const fail = (): never => {
      throw new Error('an error');
    };
    await startRpcWorker(t, stage, queue, fail, { remoteStacks: true });
    const caller = await RawCaller.declare(stage.side);
    const { body } = await caller.call(queue, packed({ data: 1 }));
    assert.match((body as Failure).error.trace ?? '', /^Error: an error\n\s+at fail/);
  });

  for (const nothing of [undefined, null]) {
    it(`W-C8: answers null for ${nothing}`, async (t) => {
      const queue = uniqueName('calls');
      await startRpcWorker(t, stage, queue, async () => nothing);
      const caller = await RawCaller.declare(stage.side);
      const { body, properties } = await caller.call(queue, packed({ data: 1 }));
      assert.deepEqual(body, { success: true, data: null });
      assert.equal(properties.type, 'result');
    });
  }

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const unsayable: readonly (readonly [string, unknown])[] = [
    ['a bigint', 1n],
    ['a cycle', cycle],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a toJSON that throws', { toJSON: fail }],
  ];
  for (const [what, value] of unsayable) {
    it(`W-C9: answers with an error where JSON cannot say the answer: ${what}`, async (t) => {
      const queue = uniqueName('calls');
      const { worker, log } = await startRpcWorker(t, stage, queue, () => value);
      const caller = await RawCaller.declare(stage.side);
      const { body, properties } = await caller.call(queue, packed({ data: 1 }));
      assert.equal((body as Failure).success, false);
      assert.equal((body as Failure).error.type, 'EncodingError');
      assert.equal(properties.type, 'error');
      await worker.drain();
      await caller.assertNoMore();
      assert.equal(await stage.side.depth(queue), 0);
      assert.match(log.errors.join(), /failed on a message .*EncodingError: /);
    });
  }

  const unreadable: readonly (readonly [string, Buffer])[] = [
    ['bytes that are not gzip', Buffer.from('no gzip')],
    ['gzip of what is not JSON', gzipSync('{data}')],
    ['an object without data', packed({})],
    ['data and another key', packed({ data: 1, extra: 2 })],
  ];
  for (const [what, bytes] of unreadable) {
    it(`W-C10: answers with an error of type 'error', acked, without its handler: ${what}`, async (t) => {
      const queue = uniqueName('calls');
      const seen: unknown[] = [];
      const { worker, log } = await startRpcWorker(t, stage, queue, (data) => seen.push(data));
      const caller = await RawCaller.declare(stage.side);
      const { body, properties } = await caller.call(queue, bytes);
      assert.equal((body as Failure).success, false);
      assert.equal((body as Failure).error.type, 'MalformedMessageError');
      assert.equal(properties.type, 'error');
      assert.deepEqual((await caller.call(queue, packed({ data: 'next' }))).body, { success: true, data: 1 });
      await worker.drain();
      assert.deepEqual(seen, ['next']);
      await caller.assertNoMore();
      assert.equal(await stage.side.depth(queue), 0);
      assert.equal(log.errors.length, 1);
    });
  }

  it('W-C2: takes a bare value for the data, unless acceptBare is false', async (t) => {
    const [both, strict] = [uniqueName('calls'), uniqueName('calls')];
    await startRpcWorker(t, stage, both, (data) => data);
    await startRpcWorker(t, stage, strict, (data) => data, { acceptBare: false });
    const caller = await RawCaller.declare(stage.side);
    assert.deepEqual((await caller.call(both, packed('bare'))).body, { success: true, data: 'bare' });
    const { body, properties } = await caller.call(strict, packed('bare'));
    assert.deepEqual([(body as Failure).success, properties.type], [false, 'error']);
  });

  it('W-C11: runs its handler for a call without reply_to, acks it, and says that the answer is dropped', async (t) => {
    const queue = uniqueName('calls');
    const seen: unknown[] = [];
    const { worker, log } = await startRpcWorker(t, stage, queue, (data) => seen.push(data));
    await stage.side.publish('', queue, packed({ data: 'alone' }), { correlationId: '1' });
    await stage.side.publish('', queue, Buffer.from('not even gzip'));
    await waitForLength(log.warnings, 2);
    await worker.drain();
    assert.deepEqual(seen, ['alone']);
    assert.equal(await stage.side.depth(queue), 0);
    assert.match(log.warnings[0] ?? '', /names no reply_to/);
  });

  it('W-C13: answers what runs when it is stopped, gives the rest back, then closes', async (t) => {
    const queue = uniqueName('calls');
    const gate = new Gate();
    const begun: unknown[] = [];
    const { worker } = await startRpcWorker(
      t,
      stage,
      queue,
      async (data) => {
        begun.push(data);
        await gate.opened;
        return data;
      },
      { concurrency: 1, prefetch: 3 },
    );
    const caller = await RawCaller.declare(stage.side);
    for (const data of [1, 2, 3]) await caller.send(queue, packed({ data }));
    await waitForLength(begun, 1);
    const stopped = worker.drain();
    await stage.side.waitForDepth(queue, 2);
    gate.open();
    await stopped;
    assert.deepEqual((await caller.next()).body, { success: true, data: 1 });
    await caller.assertNoMore();
    assert.deepEqual(begun, [1]);
  });

  /** How RPCWorkers of Python declare it. */
  const asPython = { durable: false, arguments: { 'x-dead-letter-exchange': 'rpc.dlx' } };

  it('W-C14: declares the dead-letter exchange as Python does, and its queue durable', async (t) => {
    const queue = uniqueName('calls');
    await startRpcWorker(t, stage, queue, () => {});
    await stage.side.onChannel(async (channel) => {
      await channel.assertExchange('rpc.dlx', 'headers', { durable: false, autoDelete: true });
      await channel.assertQueue(queue, { ...asPython, durable: true });
    });
  });

  it('W-C14: declares its queue as Python does where it is told to', async (t) => {
    const queue = uniqueName('calls');
    await startRpcWorker(t, stage, queue, () => {}, { route: { durable: false } });
    await stage.side.onChannel((channel) => channel.assertQueue(queue, asPython));
  });

  it('W-C14: takes the queue of a Python server as it is, and declares it durable when that is gone', async (t) => {
    const queue = uniqueName('calls');
    await stage.side.onChannel((channel) => channel.assertQueue(queue, asPython));
    const { log } = await startRpcWorker(t, stage, queue, (data) => data);
    const caller = await RawCaller.declare(stage.side);
    assert.deepEqual((await caller.call(queue, packed({ data: 1 }))).body, { success: true, data: 1 });
    await stage.side.onChannel((channel) => channel.deleteQueue(queue));
    await stage.side.waitForConsumers(queue, 1);
    await stage.side.onChannel((channel) => channel.assertQueue(queue, { ...asPython, durable: true }));
    assert.deepEqual((await caller.call(queue, packed({ data: 2 }))).body, { success: true, data: 2 });
    assert.deepEqual(log.errors, []);
  });

  it('W-C14: refuses a queue that is not durable where durable is set to true', async (t) => {
    const queue = uniqueName('calls');
    await stage.side.onChannel((channel) => channel.assertQueue(queue, asPython));
    const error = await startRpcWorker(t, stage, queue, () => {}, { route: { durable: true } }).catch(
      (thrown: unknown) => thrown,
    );
    assert.ok(isWaybillError(error, 'TOPOLOGY_REFUSED'), String(error));
    assert.match(error.message, /inequivalent arg 'durable'/);
  });

  it('W-C14: an expired request comes back to its caller as type call, by the dead-letter exchange', async (t) => {
    const queue = uniqueName('calls');
    const gate = new Gate();
    t.after(() => gate.open());
    const seen: unknown[] = [];
    const busy = async (data: unknown): Promise<void> => {
      seen.push(data);
      await gate.opened;
    };
    const { worker } = await startRpcWorker(t, stage, queue, busy, { prefetch: 2, concurrency: 1 });
    const caller = await RawCaller.declare(stage.side);
    const args = { From: caller.queue, 'x-match': 'any' };
    await stage.side.onChannel((channel) => channel.bindQueue(caller.queue, 'rpc.dlx', '', args));
    const headers = { From: caller.queue };
    await caller.send(queue, packed({ data: 'busy' }), { correlationId: '1', headers });
    await waitForLength(seen, 1);
    // One waits in the worker, where the broker cannot expire it any more, and one in the queue.
    for (const data of [2, 3])
      await caller.send(queue, packed({ data }), { correlationId: String(data), headers, expiration: 50 });
    const inQueue = await caller.next();
    assert.deepEqual([inQueue.body, inQueue.properties.type], [{ data: 3 }, 'call']);
    gate.open();
    const back = [await caller.next(), await caller.next()];
    const types = back.map(({ properties }) => [properties.correlationId, properties.type]).sort();
    assert.deepEqual(types, [
      ['1', 'result'],
      ['2', 'call'],
    ]);
    await worker.drain();
    assert.deepEqual(seen, ['busy']);
  });

  it('answers a call that comes again with the same message id without running twice, with the same properties', async (t) => {
    const queue = uniqueName('calls');
    let runs = 0;
    await startRpcWorker(t, stage, queue, () => ++runs);
    const caller = await RawCaller.declare(stage.side);
    const sent = { messageId: 'the id', correlationId: '1' };
    const first = await caller.call(queue, packed({ data: 1 }), sent);
    const second = await caller.call(queue, packed({ data: 1 }), sent);
    assert.deepEqual(second, first);
    assert.equal(runs, 1);
    assert.equal(second.properties.type, 'result');
  });

  it('answers many calls at once, each with its own', async (t) => {
    const queue = uniqueName('calls');
    const options: RpcWorkerOptions = { prefetch: 20 };
    await startRpcWorker(t, stage, queue, async (data: number) => data * 2, options);
    const caller = await RawCaller.declare(stage.side);
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    for (const data of numbers) await caller.send(queue, packed({ data }), { correlationId: String(data) });
    const answers = new Map<string, unknown>();
    while (answers.size < numbers.length) {
      const { body, properties } = await caller.next();
      answers.set(properties.correlationId, (body as { readonly data: unknown }).data);
    }
    for (const data of numbers) assert.equal(answers.get(String(data)), data * 2);
  });

  it('says what is wrong when it cannot start: no route, two for one queue, or running already', async (t) => {
    const worker = new RpcWorker({ url: stage.url, logger: recordingLog() }, { name: 'Sums' });
    t.after(() => worker.close());
    await assert.rejects(worker.run(), { code: 'CONFIGURATION', message: /Sums has no route/ });
    const queue = uniqueName('calls');
    worker.route(queue)(() => 1);
    assert.throws(() => worker.route(queue)(() => 2), {
      code: 'CONFIGURATION',
      message: /has a handler already/,
    });
    await worker.run();
    await assert.rejects(worker.run(), { code: 'CONFIGURATION', message: /runs already/ });
    assert.throws(() => worker.route('late')(() => 1), { code: 'CONFIGURATION', message: /runs already/ });
  });
});

function fail(): never {
  throw new TypeError('cannot be JSON');
}
