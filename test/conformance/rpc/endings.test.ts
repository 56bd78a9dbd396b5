import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { CancelledError, ClosedError, type GenericProducer, MessageResult } from 'waybill';
import { connect } from '../../support/stage/connect.js';
import { RawServer, success } from '../../support/stage/raw-server.js';
import { useStage } from '../../support/stage/stage.js';
import { callerOf } from './facilities.js';

describe('a call that is ended by its caller', () => {
  const stage = useStage();

  /** A caller, and a server that does nothing until it is told. */
  async function open(t: Parameters<typeof connect>[0]) {
    const place = await stage.place();
    const server = await RawServer.start(stage.side, place);
    return { producer: await connect(t, stage, callerOf(place.eks)), server, place };
  }

  for (const replyQueue of ['direct', 'per-call'] as const) {
    it(`by its signal while it waits for a ${replyQueue} reply: at once, with the reason; others go on`, async (t) => {
      const { place, server } = await open(t);
      class Caller extends callerOf(place.eks) {
        static override readonly replyQueue = replyQueue;
      }
      const producer = await connect(t, stage, Caller);
      const abort = new AbortController();
      const ended = producer.with({ signal: abort.signal }).rpc_echo('ended');
      const other = producer.rpc_echo('other');
      await server.request(2);
      const reason = new Error('the user left');
      abort.abort(reason);
      const { ok, value, error } = await ended;
      assert.deepEqual({ ok, value }, { ok: false, value: 'CancelledError' });
      assert.ok(error instanceof CancelledError);
      assert.equal(error.cause, reason);
      for (const request of server.requests) server.reply(request, success('answered'));
      assert.equal((await other).unwrap(), 'answered');
    });
  }

  it('by a signal that is aborted before: nothing is sent', async (t) => {
    const { producer, server } = await open(t);
    const { error } = await producer.with({ signal: AbortSignal.abort('no') }).rpc_ping();
    assert.ok(error instanceof CancelledError);
    assert.equal(error.cause, 'no');
    const next = producer.rpc_echo('next');
    server.reply(await server.request(1), success('next'));
    await next;
    assert.deepEqual(server.requests[0]?.body.name, 'echo');
  });

  it('by AbortSignal.timeout, across all its attempts', async (t) => {
    const { producer } = await open(t);
    const signal = AbortSignal.timeout(120);
    const { error } = await producer
      .with({ signal, timeoutMs: 50_050, attemptTimeoutMs: 50, maxRetry: 1_000 })
      .rpc_ping();
    assert.ok(error instanceof CancelledError);
    assert.equal((error.cause as Error).name, 'TimeoutError');
  });

  it('a signal that outlives its calls has no listeners of theirs', async (t) => {
    const { producer, server, place } = await open(t);
    const { signal } = new AbortController();
    const view = producer.with({ signal });
    const call = view.rpc_ping();
    server.reply(await server.request(1), success(1));
    await call;
    await view.with({ timeoutMs: 20, maxRetry: 0 }).rpc_ping();
    await view.message_echo('x');
    await view.with({ eks: [[place.exchange, 'nobody']], timeoutMs: 20, maxRetry: 0 }).rpc_ping();
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('by close(): calls that wait end with the reason, and so do later ones', async (t) => {
    const { producer, server } = await open(t);
    const calls = Array.from({ length: 50 }, (_, index) => producer.rpc_echo(index));
    await server.request(50);
    await Promise.all([producer.close(), producer.close()]);
    for (const { error } of await Promise.all(calls)) assert.ok(error instanceof ClosedError);
    assert.ok((await producer.rpc_ping()).error instanceof ClosedError);
    await assert.rejects(producer.message_echo('x'), ClosedError);
    await assert.rejects(producer.rpc_queue_ping(), ClosedError);
    await assert.rejects(producer.forward(Buffer.from('{}')), ClosedError);
  });

  it('by close() in the very turn in which it was made', async (t) => {
    const { producer } = await open(t);
    const call = producer.rpc_ping();
    const closing = producer.close();
    assert.ok((await call).error instanceof ClosedError);
    await closing;
  });

  it('close() of one producer leaves another on the same connection alone', async (t) => {
    const { producer, server, place } = await open(t);
    const other = await connect(t, stage, callerOf(place.eks));
    const [ended, going] = [producer.rpc_echo(1), other.rpc_echo(2)];
    await server.request(2);
    await producer.close();
    assert.ok((await ended).error instanceof ClosedError);
    assert.ok((await producer.rpc_ping()).error instanceof ClosedError);
    for (const request of server.requests) server.reply(request, success('still here'));
    assert.equal((await going).unwrap(), 'still here');
  });

  it('message_*: what was sent before close(), awaited or not, is sent and confirmed', async (t) => {
    const { producer, server } = await open(t);
    const sending = Array.from({ length: 200 }, (_, index) => producer.message_echo(index));
    await producer.close();
    await Promise.all(sending);
    await server.request(200);
  });

  it('await using closes', async () => {
    const place = await stage.place();
    const Caller = callerOf(place.eks);
    let kept: GenericProducer;
    {
      await using producer = await Caller.connect({ url: stage.url });
      kept = producer;
      await producer.message_echo('x');
    }
    await assert.rejects(kept.command('x'), ClosedError);
    assert.ok(!((await kept.rpc('x')) instanceof MessageResult));
  });
});
