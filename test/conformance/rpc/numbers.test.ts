// A call always ends: numbers that are none are the result, at once and in words.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { isWaybillError, type Result } from 'waybill';
import { MessageSender } from 'waybill/registry';
import { RpcClient } from 'waybill/workers';
import { failedCall } from '../../../src/wire/index.js';
import { connect } from '../../support/stage/connect.js';
import { Recorder } from '../../support/stage/recorder.js';
import { useStage } from '../../support/stage/stage.js';
import { callerOf } from './facilities.js';

interface Numbers {
  readonly timeoutMs?: number;
  readonly maxRetry?: number;
}

const noTimes: readonly unknown[] = [Number.NaN, -1, Number.NEGATIVE_INFINITY, '500', null, 500n, {}];
const noCounts: readonly unknown[] = [...noTimes, 1.5, Number.POSITIVE_INFINITY, 2 ** 60];

describe('the numbers of a call', () => {
  const stage = useStage();

  async function assertRefused(result: Promise<Result>, setting: string): Promise<void> {
    const { error } = await result;
    assert.ok(isWaybillError(error, 'CONFIGURATION'), String(error));
    assert.match(error.message, new RegExp(`${setting} must be .* and is `));
  }

  const callers: Readonly<
    Record<string, (t: TestContext, queue: string) => (numbers: Numbers) => Promise<Result>>
  > = {
    RpcClient: (t, queue) => {
      const client = new RpcClient({ url: stage.url });
      t.after(() => client.close());
      return (numbers) => client.call(queue, 1, numbers);
    },
    MessageSender: (t, queue) => {
      const sender = new MessageSender('key', stage.url);
      t.after(() => sender.close());
      return (numbers) => sender.call(queue, 'any', 1, numbers);
    },
  };

  for (const [name, open] of Object.entries(callers)) {
    it(`H-A14: are refused with a ConfigurationError where they are no valid numbers (${name})`, async (t) => {
      const { queue } = await stage.place();
      const call = open(t, queue);
      for (const timeoutMs of noTimes) await assertRefused(call({ timeoutMs } as Numbers), 'timeoutMs');
      for (const maxRetry of noCounts) await assertRefused(call({ maxRetry } as Numbers), 'maxRetry');
      assert.equal(await stage.side.depth(queue), 0);
    });
  }

  it('H-A14: are refused with a ConfigurationError where they are no valid numbers (GenericProducer.with)', async (t) => {
    const place = await stage.place();
    const recorder = await Recorder.start(stage.side, ...place.eks);
    const producer = await connect(t, stage, callerOf(place.eks));
    // null means the class's own (P-C19). It may be refused by `with` itself.
    for (const maxRetry of noCounts.filter((each) => each !== null)) {
      const call = async () => await producer.with({ maxRetry } as Numbers).rpc_echo(1);
      await assertRefused(call().catch(failedCall), 'maxRetry');
    }
    const later = async () => await producer.with({ maxRetry: Number.NaN }).rpc_queue_echo(1);
    const queued = await later().catch((thrown) => thrown);
    assert.ok(isWaybillError(queued, 'CONFIGURATION'), String(queued));
    await producer.message_echo('last');
    await recorder.only();
  });

  it('H-A14: are refused with a ConfigurationError for messages, too, where timeoutMs is no valid time', async (t) => {
    const place = await stage.place();
    const producer = await connect(t, stage, callerOf(place.eks));
    for (const timeoutMs of noTimes.filter((each) => each !== null)) {
      const send = async () => await producer.with({ timeoutMs } as Numbers).message_echo(1);
      const thrown = await send().catch((error) => error);
      assert.ok(isWaybillError(thrown, 'CONFIGURATION'), `${String(timeoutMs)}: ${String(thrown)}`);
    }
    await stage.side.waitForDepth(place.queue, 0);
  });
});

describe('the object that is given to a call', () => {
  const stage = useStage();

  for (const way of ['rpc_echo', 'rpc_queue_echo'] as const) {
    it(`H-A18: may be changed right after the call was made, also where the exchange is not declared yet (${way})`, async (t) => {
      const place = await stage.place();
      const recorder = await Recorder.start(stage.side, ...place.eks);
      const { url } = stage;
      const Caller = callerOf(place.eks);
      const producer = new Caller({ url }) as unknown as Awaited<ReturnType<typeof connect<typeof Caller>>>;
      t.after(() => producer.close());
      const value = { n: 1 };
      const calling = producer.with({ timeoutMs: 1_000, maxRetry: 0 })[way](value);
      value.n = 2;
      const [request] = await recorder.waitFor(1);
      assert.deepEqual(request?.body.content, { parameters: { value: { n: 1 } } });
      await calling;
    });
  }
});
