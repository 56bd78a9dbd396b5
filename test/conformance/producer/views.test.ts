import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CancelledError, ClosedError, GenericProducer, MessageCommand, RpcCommand } from 'waybill';
import { connect } from '../../support/stage/connect.js';
import { newExchange } from '../../support/stage/exchange.js';
import { Recorder } from '../../support/stage/recorder.js';
import { useStage } from '../../support/stage/stage.js';

const Exchange = newExchange();

class TickProducer extends GenericProducer {
  static override readonly eks = [[Exchange, 'a']] as const;
  static override readonly rpcTimeoutMs = 400;
  static override readonly maxRetry = 1;

  build_message_tick() {
    return new MessageCommand('tick');
  }

  build_rpc_tick() {
    return new RpcCommand('tick');
  }
}

describe('views of a producer', () => {
  const stage = useStage();
  const record = () => Recorder.start(stage.side, [Exchange, 'a'], [Exchange, 'b'], [Exchange, 'c']);

  it('leave the producer as it was', async (t) => {
    const [producer, recorder] = [await connect(t, stage, TickProducer), await record()];
    const view = producer.with({ key: 'b' });
    await view.message_tick();
    await producer.message_tick();
    assert.deepEqual(
      (await recorder.all()).map(({ routingKey }) => routingKey),
      ['b', 'a'],
    );
    assert.deepEqual(producer.callSettings, {});
  });

  it('stack: a later setting replaces its own kind and keeps the others', async (t) => {
    const [producer, recorder] = [await connect(t, stage, TickProducer), await record()];
    const view = producer.with({ key: 'b', maxRetry: 2 }).with({ attemptTimeoutMs: 300 });
    const other = view.with({ key: 'c', maxRetry: 0 });
    assert.match((await view.rpc_tick()).message, /3 attempts, 900 ms together/);
    assert.match((await other.rpc_tick()).message, /1 attempt, 300 ms together/);
    assert.match((await producer.rpc_tick()).message, /2 attempts, 800 ms together/);
    const keys = (await recorder.waitFor(6)).map(({ routingKey }) => routingKey);
    assert.deepEqual(keys, ['b', 'b', 'b', 'c', 'a', 'a']);
  });

  it('are instances of the class, share its fingerprint and close it', async (t) => {
    const producer = await connect(t, stage, TickProducer);
    const view = producer.with({ timeoutMs: 1_000 });
    assert.ok(view instanceof TickProducer);
    assert.equal(view.fingerprint, producer.fingerprint);
    await view.close();
    await assert.rejects(producer.message_tick(), ClosedError);
  });

  it('with a signal: a message that is not confirmed yet rejects at once, with the reason', async (t) => {
    const [producer, recorder] = [await connect(t, stage, TickProducer), await record()];
    const reason = new Error('enough');
    const cancelled = (error: unknown) => error instanceof CancelledError && error.cause === reason;
    await assert.rejects(producer.with({ signal: AbortSignal.abort(reason) }).message_tick(), cancelled);
    assert.deepEqual(await recorder.all(), []);
    const abort = new AbortController();
    const sending = producer.with({ signal: abort.signal }).message_tick();
    abort.abort(reason);
    await assert.rejects(sending, cancelled);
    await producer.with({ signal: new AbortController().signal }).message_tick();
  });
});
