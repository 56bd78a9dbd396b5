import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CancelledError,
  ClosedError,
  ConfigurationError,
  type Result,
  TimeoutError,
  UnroutableError,
} from 'waybill';
import { connect } from '../../support/stage/connect.js';
import { RawServer, success } from '../../support/stage/raw-server.js';
import { useStage } from '../../support/stage/stage.js';
import { callerOf } from './facilities.js';

describe('a call whose answers are collected later', () => {
  const stage = useStage();

  /** A caller, and a server that does nothing until it is told. */
  async function open(t: Parameters<typeof connect>[0]) {
    const place = await stage.place();
    const server = await RawServer.start(stage.side, place);
    return { producer: await connect(t, stage, callerOf(place.eks)), server };
  }

  it('P-C20: gives its queue at once, sends one request, and gets the answer when it asks', async (t) => {
    const { producer, server } = await open(t);
    const queue = await producer.rpc_queue_ping();
    assert.match(queue.name, /^waybill\.reply\./);
    const request = await server.request(1);
    assert.equal(request.properties.replyTo, queue.name);
    server.reply(request, success('Pong'));
    const [answer] = await producer.consumeRpc(queue.name);
    assert.equal(answer?.unwrap(), 'Pong');
    await queue.close();
    assert.equal(await stage.side.look(queue.name), undefined);
  });

  it('P-C20: has its queue once, also while the channel of calls is being opened', async (t) => {
    const place = await stage.place();
    await RawServer.start(stage.side, place);
    const producer = await stage.connect(t, callerOf(place.eks), { ownConnections: true });
    const downs: unknown[] = [];
    producer.events.on('down', (connection) => void downs.push(connection));
    const asked: Promise<AsyncDisposable>[] = [];
    // Some ask before it is there, some when it is, and some in between.
    for (let turn = 0; turn < 100; turn++) {
      asked.push(producer.rpc_queue_ping());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(asked);
    assert.deepEqual(downs, []);
  });

  it('P-C21: takes two of three answers if asked for two, and calls back for those two', async (t) => {
    const { producer, server } = await open(t);
    await using queue = await producer.rpc_queue_ping();
    const request = await server.request(1);
    for (const value of [1, 2, 3]) server.reply(request, success(value));
    const told: Result[] = [];
    const taken = await producer.consumeRpc(queue, { count: 2, onReply: (answer) => told.push(answer) });
    assert.deepEqual(
      taken.map(({ value }) => value),
      [1, 2],
    );
    assert.deepEqual(
      told.map(({ body }) => body),
      [1, 2].map((value) => success(value)),
    );
    const rest = await queue.collect();
    assert.deepEqual(
      rest.map(({ value }) => value),
      [3],
    );
  });

  it('P-B23: gives the answers that have come in time, with a TimeoutError at the end, when some are missing', async (t) => {
    const { producer, server } = await open(t);
    await using queue = await producer.rpc_queue_ping();
    server.reply(await server.request(1), success('only'));
    const [first, last, ...others] = await queue.collect({ count: 2, timeoutMs: 300 });
    assert.equal(first?.unwrap(), 'only');
    assert.ok(last?.error instanceof TimeoutError);
    assert.match(last.message, /^1 of 2 answers came to 'waybill\.reply\..*' in 300 ms/);
    assert.deepEqual(others, []);
  });

  it('P-B23: gives an empty list at once if asked for no answers', async (t) => {
    const { producer } = await open(t);
    await using queue = await producer.rpc_queue_ping();
    assert.deepEqual(await queue.collect({ count: 0 }), []);
  });

  it('several may collect at once: each answer goes to one of them, first come, first served', async (t) => {
    const { producer, server } = await open(t);
    await using queue = await producer.rpc_queue_ping();
    const request = await server.request(1);
    const collectors = [queue.collect({ timeoutMs: 5_000 }), queue.collect({ timeoutMs: 5_000 })];
    server.reply(request, success('a'));
    server.reply(request, success('b'));
    const answers = (await Promise.all(collectors)).map(([answer]) => answer?.value);
    assert.deepEqual(answers, ['a', 'b']);
  });

  it('two calls have two queues', async (t) => {
    const { producer, server } = await open(t);
    await using one = await producer.rpc_queue_echo(1);
    await using other = await producer.rpc_queue_echo(2);
    server.reply(await server.request(2), success('for the other'));
    server.reply(await server.request(1), success('for the one'));
    assert.equal((await one.collect())[0]?.unwrap(), 'for the one');
    assert.equal((await other.collect())[0]?.unwrap(), 'for the other');
  });

  it('an unreadable answer is collected as an error that says so', async (t) => {
    const { producer, server } = await open(t);
    await using queue = await producer.rpc_queue_ping();
    server.reply(await server.request(1), 'not JSON');
    assert.match(String((await queue.collect())[0]?.message), /^Malformed reply/);
  });

  it('rejects when the request reaches no queue or is cancelled, and leaves no reply queue behind', async (t) => {
    const { producer } = await open(t);
    await assert.rejects(producer.with({ key: 'nobody' }).rpc_queue_ping(), UnroutableError);
    const signal = AbortSignal.abort();
    await assert.rejects(producer.with({ signal }).rpc_queue_ping(), CancelledError);
  });

  it('an unknown queue is refused with an error that says so', async (t) => {
    const { producer } = await open(t);
    await assert.rejects(producer.consumeRpc('waybill.reply.none'), ConfigurationError);
    const queue = await producer.rpc_queue_ping();
    await queue.close();
    await assert.rejects(producer.consumeRpc(queue.name), ClosedError);
  });

  it('collecting from a queue ends with an error when its producer is closed', async (t) => {
    const { producer } = await open(t);
    const queue = await producer.rpc_queue_ping();
    const collecting = queue.collect({ timeoutMs: 60_000 });
    await producer.close();
    const [answer] = await collecting;
    assert.ok(answer?.error instanceof ClosedError);
  });
});
