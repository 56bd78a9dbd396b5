// What a handler calls belongs to the call that it answers: its time, and its end.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type CallSettings,
  type Content,
  detached,
  type Eks,
  GenericProducer,
  type HandlerContext,
  isWaybillError,
  MessageCommand,
  MessageProcessor,
  type Reply,
  type Result,
  RpcCommand,
  RpcHandler,
} from 'waybill';
import { rpc } from '../../support/stage/envelopes.js';
import { Recorder } from '../../support/stage/recorder.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

/** Calls the component at the other end of a step. */
class Caller extends GenericProducer {
  build_rpc_walk(parameters: unknown = null) {
    return new RpcCommand<string>('walk', parameters);
  }

  build_message_note() {
    return new MessageCommand('note');
  }
}

/** What a component does with a call. */
type Work = (context: HandlerContext, parameters: unknown) => unknown;

describe('a chain of calls', () => {
  const stage = useStage();

  const callerTo = (t: TestContext, eks: Eks, settings: CallSettings = {}) =>
    stage.connect(t, Caller).then((producer) => producer.with({ ...settings, eks }));

  /** A component that answers, and notes what it begins and what its signals are aborted with. */
  async function component(t: TestContext, work: Work) {
    const place = await stage.place();
    const [begun, heard]: [unknown[], unknown[]] = [[], []];
    class Step extends MessageProcessor {
      static override readonly concurrency = 10;

      @RpcHandler('command', 'walk')
      async walk({ parameters }: Content, _reply: Reply, context: HandlerContext) {
        begun.push(parameters);
        context.signal.addEventListener('abort', () => heard.push(context.signal.reason));
        return await work(context, parameters);
      }
    }
    const { log, processor } = await stage.start(t, Step, place);
    return { place, eks: place.eks, begun, heard, log, processor };
  }

  const untilAborted = async ({ signal }: HandlerContext): Promise<never> => {
    await until(() => signal.aborted, { what: 'it is aborted', limitMs: 20_000 });
    throw signal.reason;
  };

  it('is unwound by a cancel: each one that runs is told, and none of them has failed', async (t) => {
    const third = await component(t, untilAborted);
    const toThird = await callerTo(t, third.eks);
    const second = await component(t, async () => (await toThird.rpc_walk()).unwrap());
    const toSecond = await callerTo(t, second.eks);
    const first = await component(t, async () => (await toSecond.rpc_walk()).unwrap());
    const call = (await callerTo(t, first.eks)).rpc_walk();
    await waitForLength(third.begun, 1);
    call.cancel(new Error('changed my mind'));
    const { error } = await call;
    assert.ok(isWaybillError(error, 'CANCELLED'));
    assert.equal((error.cause as Error).message, 'changed my mind');
    for (const { heard } of [first, second, third]) await waitForLength(heard, 1);
    for (const { heard } of [first, second, third]) assert.ok(isWaybillError(heard[0], 'CANCELLED'));
    assert.match(String(third.heard[0]), /changed my mind/);
    for (const { log } of [first, second, third]) assert.deepEqual(log.errors, []);
  });

  it('has one time for all of it: what a handler calls gets what is left, and nothing begins when that is over', async (t) => {
    const last = await component(t, () => 'too late');
    const toLast = await callerTo(t, last.eks);
    const told: Result[] = [];
    const slow = await component(t, async (context) => {
      await until(() => context.signal.aborted, { what: 'its time is over', limitMs: 20_000 });
      told.push(await toLast.rpc_walk());
    });
    const toSlow = await callerTo(t, slow.eks, { timeoutMs: 60_000 });
    const inner: Result[] = [];
    const first = await component(t, async () => {
      const result = await toSlow.rpc_walk();
      inner.push(result);
      return result.unwrap();
    });
    const begun = performance.now();
    const { error } = await (await callerTo(t, first.eks, { timeoutMs: 500, maxRetry: 0 })).rpc_walk();
    const took = performance.now() - begun;
    assert.ok(isWaybillError(error), String(error));
    assert.ok(took < 10_000, `${took} ms: the 60 s of the call in between are not waited for`);
    await waitForLength(told, 1);
    assert.ok(isWaybillError(told[0]?.error, 'DEADLINE'), String(told[0]?.error));
    assert.ok(isWaybillError(inner[0]?.error), 'the call in between has ended, too');
    assert.deepEqual(last.begun, []);
  });

  it('tells the deadline as time that is left, which shrinks along it', async (t) => {
    const left: number[] = [];
    const second = await component(t, ({ remainingMs }) => left.push(remainingMs ?? Number.NaN));
    const toSecond = await callerTo(t, second.eks);
    const first = await component(t, async ({ remainingMs }) => {
      left.push(remainingMs ?? Number.NaN);
      await until(() => true, { what: 'a moment has passed' });
      return (await toSecond.rpc_walk()).unwrap();
    });
    (await (await callerTo(t, first.eks, { timeoutMs: 20_000 })).rpc_walk()).unwrap();
    const [one = 0, other = 0] = left;
    assert.ok(one <= 20_000 && other < one && other > 10_000, `${one} ms, then ${other} ms`);
  });

  it('is left by what is detached: it has its own time, and ends by itself', async (t) => {
    const far = await component(t, (_context, value) => value);
    const toFar = await callerTo(t, far.eks);
    const results: Result[] = [];
    const desk = await component(t, async (context) => {
      await untilAborted(context).catch(() => {});
      results.push(await detached(() => toFar.rpc_walk('still done')), await toFar.rpc_walk('not done'));
    });
    const call = (await callerTo(t, desk.eks)).rpc_walk();
    await waitForLength(desk.begun, 1);
    call.cancel();
    await call;
    await waitForLength(results, 2);
    assert.equal(results[0]?.unwrap(), 'still done');
    assert.ok(isWaybillError(results[1]?.error, 'CANCELLED'), String(results[1]?.error));
    assert.deepEqual(far.begun, ['still done']);
  });

  it('that a handler does to its end although it was cancelled is counted', async (t) => {
    const desk = await component(t, async (context, parameters) => {
      await untilAborted(context).catch(() => {});
      if (parameters === 'listens') throw context.signal.reason;
    });
    const caller = await callerTo(t, desk.eks);
    for (const walker of ['listens', 'walks on']) {
      const call = caller.rpc_walk(walker);
      await until(() => desk.begun.includes(walker), { what: 'it has begun' });
      call.cancel();
      await call;
    }
    const ignored = async () => (await desk.processor.health()).cancelledIgnored;
    await until(async () => (await ignored()) === 1, { what: 'one is counted' });
    assert.deepEqual(desk.log.errors, []);
  });

  it('does not hold back messages, unless they are of use in its time only', async (t) => {
    const place = await stage.place();
    const recorder = await Recorder.start(stage.side, ...place.eks);
    const notes = await callerTo(t, place.eks);
    const codes: unknown[] = [];
    const desk = await component(t, async (context) => {
      await untilAborted(context).catch(() => {});
      const late = notes.with({ withinDeadline: true }).message_note();
      codes.push(await late.catch((thrown: unknown) => isWaybillError(thrown) && thrown.code));
      codes.push(await notes.message_note());
    });
    await (await callerTo(t, desk.eks, { timeoutMs: 300, maxRetry: 0 })).rpc_walk();
    await waitForLength(codes, 2);
    assert.deepEqual(codes, ['DEADLINE', undefined]);
    await recorder.only();
  });
});

describe('the time of a call', () => {
  const stage = useStage();

  it('passes while it waits at the broker, whatever the clocks say', async (t) => {
    for (const skewMs of [0, 30_000, -30_000]) {
      const place = await stage.place();
      const left: number[] = [];
      class Desk extends MessageProcessor {
        @RpcHandler('command', 'walk')
        walk(_content: Content, _reply: Reply, { remainingMs = Number.NaN }: HandlerContext) {
          left.push(remainingMs);
          return null;
        }
      }
      const sent = Math.round(performance.timeOrigin + performance.now()) + skewMs;
      const properties = (n: number, agoMs: number) => ({
        messageId: `peer${skewMs}.${n}`,
        replyTo: 'nobody',
        expiration: '50000',
        headers: { 'x-waybill-deadline': 40_000, 'x-waybill-sent': sent - agoMs },
      });
      await stage.start(t, Desk, place);
      // The first ones tell how far the clocks are apart: they come at once. The last one has waited for 20 s.
      for (let n = 1; n <= 8; n++) await place.send(rpc('walk'), properties(n, 0));
      await place.send(rpc('walk'), properties(9, 20_000));
      await waitForLength(left, 9);
      for (const remainingMs of left.slice(0, 8))
        assert.ok(remainingMs > 30_000 && remainingMs <= 40_000, `${skewMs}: ${left}`);
      assert.ok((left[8] ?? 0) > 10_000 && (left[8] ?? 0) <= 20_100, `${skewMs}: ${left}`);
    }
  });
});
