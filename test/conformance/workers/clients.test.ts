import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isWaybillError, JsonEncoder } from 'waybill';
import { QueueProducer, QueueWorker, RpcClient, type RpcClientOptions, RpcWorker } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { asRecorded } from '../../support/stage/recorder.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { startQueueWorker, startRpcWorker } from './start.js';
import { packed, unpacked } from './wire.js';

describe('a queue producer', () => {
  const stage = useStage();

  async function connect(t: TestContext): Promise<QueueProducer> {
    const producer = new QueueProducer({ url: stage.url, logger: recordingLog() });
    t.after(() => producer.close());
    await producer.run();
    return producer;
  }

  it('sends as the original: gzip of {"data": …}, persistent, of type call, by the default exchange', async (t) => {
    const producer = await connect(t);
    const queue = uniqueName('tasks');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    await producer.publish(queue, { a: ['ü'] });
    const { content, fields, properties } = await stage.side.waitForMessage(queue);
    assert.equal(JSON.stringify(unpacked(content)), '{"data":{"a":["ü"]}}');
    assert.deepEqual([fields.exchange, fields.routingKey], ['', queue]);
    const { type, deliveryMode, priority, contentType, contentEncoding, replyTo } = properties;
    assert.deepEqual(
      { type, deliveryMode, priority, contentType, contentEncoding, replyTo },
      {
        type: 'call',
        deliveryMode: 2,
        priority: 5,
        contentType: 'application/octet-stream',
        contentEncoding: undefined,
        replyTo: undefined,
      },
    );
  });

  it('rejects for a missing queue, and for values that JSON cannot hold', async (t) => {
    const producer = await connect(t);
    const queue = uniqueName('nowhere');
    await assert.rejects(producer.publish(queue, 1), { code: 'UNROUTABLE' });
    await assert.rejects(producer.publish(queue, 1n), { code: 'ENCODING' });
    await assert.rejects(
      producer.publish(queue, () => {}),
      { code: 'ENCODING' },
    );
  });

  it('sends to a worker with another encoder, too', async (t) => {
    const encoder = new JsonEncoder();
    const queue = uniqueName('tasks');
    const seen: unknown[] = [];
    await startQueueWorker(t, stage, queue, (data) => void seen.push(data), { encoder });
    await using producer = new QueueProducer({ url: stage.url }, { encoder });
    await producer.publish(queue, undefined);
    await stage.side.publish('', queue, '{"data":"plain"}');
    await waitForLength(seen, 2);
    assert.deepEqual(seen.sort(), [null, 'plain']);
  });

  it('is closed once, and sends nothing afterwards', async (t) => {
    const producer = await connect(t);
    assert.equal((await producer.health()).ok, true);
    await Promise.all([producer.close(), producer.close()]);
    await assert.rejects(producer.publish('queue', 1), { code: 'CLOSED' });
  });
});

describe('an RPC client', () => {
  const stage = useStage();

  function connect(t: TestContext, options: RpcClientOptions = {}): RpcClient {
    const client = new RpcClient({ url: stage.url, logger: recordingLog() }, options);
    t.after(() => client.close());
    return client;
  }

  it('calls as the original: not persistent, of type call, with reply_to and a correlation id', async (t) => {
    const queue = uniqueName('calls');
    const channel = await stage.side.connection.createChannel();
    await channel.assertQueue(queue, { exclusive: true });
    const requests: ReturnType<typeof asRecorded>[] = [];
    await channel.consume(queue, (message) => {
      if (!message) return;
      requests.push({ ...asRecorded({ ...message, content: Buffer.from('{}') }), bytes: message.content });
      const { replyTo, correlationId } = message.properties;
      channel.publish('', replyTo, packed({ success: true, data: 3 }), { correlationId, type: 'result' });
    });
    const result = await connect(t).call(queue, [1, 2]);
    assert.deepEqual([result.ok, result.value], [true, 3]);
    const [request] = requests;
    assert.ok(request);
    assert.deepEqual(unpacked(request.bytes), { data: [1, 2] });
    const { type, deliveryMode, priority, contentType, correlationId, replyTo, expiration } =
      request.properties;
    assert.deepEqual([type, deliveryMode, priority], ['call', 1, 5]);
    assert.equal(contentType, 'application/octet-stream');
    assert.equal(typeof correlationId, 'string');
    assert.match(replyTo, /^amq\.rabbitmq\.reply-to/);
    assert.equal(expiration, '30000');
  });

  it('gets the value of the handler, and null where that returns nothing', async (t) => {
    const queue = uniqueName('calls');
    await startRpcWorker(t, stage, queue, (data) => data);
    const client = connect(t);
    for (const value of [1, 'x', [1], { data: 1 }, null, false]) {
      assert.deepEqual((await client.call(queue, value)).unwrap(), value);
    }
    assert.equal((await client.call(queue, undefined)).unwrap(), null);
  });

  it('gets what the handler threw as a RemoteError', async (t) => {
    const queue = uniqueName('calls');
    await startRpcWorker(t, stage, queue, () => Promise.reject(new RangeError("it's")), {
      remoteStacks: true,
    });
    const result = await connect(t).call(queue, 1);
    assert.deepEqual(
      [result.ok, result.type, result.value, result.message],
      [false, 'exception', 'RangeError', "it's"],
    );
    assert.ok(isWaybillError(result.error, 'REMOTE'));
    const message = `it's (the answer to the call '${queue}')`;
    assert.throws(() => result.unwrap(), { name: 'RemoteError', remoteName: 'RangeError', message });
    assert.match((result.error as { remoteStack?: string }).remoteStack ?? '', /^RangeError: it's/);
  });

  const answers: readonly (readonly [string, Buffer, object])[] = [
    [
      "Python's error",
      packed({
        success: false,
        error: { type: 'KeyError', message: "KeyError('k')", args: ['k'], trace: 'T' },
      }),
      { type: 'exception', value: 'KeyError', message: 'k' },
    ],
    [
      'an error without args',
      packed({ success: false, error: { type: 'E', message: 'E()', args: [] } }),
      { type: 'exception', value: 'E', message: 'E()' },
    ],
    ['no success', packed({ data: 1 }), { type: 'error' }],
    ['an error that is none', packed({ success: false, error: 'x' }), { type: 'error' }],
    ['no gzip', Buffer.from('no gzip'), { type: 'error' }],
  ];
  for (const [what, bytes, expected] of answers) {
    it(`reads what a worker answers: ${what}`, async (t) => {
      const queue = uniqueName('calls');
      const channel = await stage.side.connection.createChannel();
      await channel.assertQueue(queue, { exclusive: true });
      await channel.consume(queue, (message) => {
        const { replyTo, correlationId } = message?.properties ?? {};
        channel.publish('', replyTo, bytes, { correlationId });
      });
      const { type, value, message, error } = await connect(t).call(queue, 1);
      assert.deepEqual({ type, value, message, ...expected }, { type, value, message });
      assert.equal(error?.code, type === 'error' ? 'MALFORMED_REPLY' : 'REMOTE');
    });
  }

  it('says why there is no answer: no server, a timeout, cancelled, not encodable, closed', async (t) => {
    const queue = uniqueName('calls');
    const client = connect(t, { timeoutMs: 50 });
    assert.equal((await client.call(queue, 1, { timeoutMs: 10_000 })).error?.code, 'UNROUTABLE');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    assert.equal((await client.call(queue, 1)).error?.code, 'TIMEOUT');
    assert.equal((await client.call(queue, 1, { signal: AbortSignal.abort() })).error?.code, 'CANCELLED');
    assert.equal((await client.call(queue, 1n)).error?.code, 'ENCODING');
    const late = client.call(queue, 1, { timeoutMs: 60_000 });
    await client.close();
    assert.equal((await late).error?.code, 'CLOSED');
    assert.equal((await client.call(queue, 1)).error?.code, 'CLOSED');
  });

  it('does not send a call again by default; if told to, an RpcWorker runs it once', async (t) => {
    const queue = uniqueName('calls');
    const runs: unknown[] = [];
    // Longer than an attempt, much shorter than all of them.
    const slow = async (data: unknown): Promise<unknown> => {
      runs.push(data);
      await delay(data === 'once' ? 1_000 : 120);
      return data;
    };
    await startRpcWorker(t, stage, queue, slow);
    const client = connect(t, { attemptTimeoutMs: 40 });
    assert.equal((await client.call(queue, 'once', { timeoutMs: 500 })).error?.code, 'TIMEOUT');
    assert.equal((await client.call(queue, 'again', { maxRetry: 500 })).unwrap(), 'again');
    assert.deepEqual(runs, ['once', 'again']);
  });
});

describe('contracts of workers', () => {
  const stage = useStage();

  it('are checked on both sides', async (t) => {
    const queue = uniqueName('typed');
    interface Calls {
      [name: string]: (numbers: readonly number[]) => number;
    }
    const worker = new RpcWorker<Calls>({ url: stage.url, logger: recordingLog() });
    worker.route(queue)((numbers) => numbers.reduce((sum, each) => sum + each, 0));
    t.after(() => worker.close());
    await worker.run();
    await using client = new RpcClient<Calls>({ url: stage.url });
    assert.equal((await client.call(queue, [1, 2, 3])).unwrap().toFixed(1), '6.0');
    assert.ok(new QueueWorker<{ tasks: string }>({ url: stage.url }));
  });
});
