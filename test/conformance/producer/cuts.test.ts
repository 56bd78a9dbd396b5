import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ClosedError, GenericProducer, MessageCommand, PublishTimeoutError } from 'waybill';
import { connect } from '../../support/stage/connect.js';
import { newExchange } from '../../support/stage/exchange.js';
import { type Recorded, Recorder } from '../../support/stage/recorder.js';
import { useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const Exchange = newExchange();

class CountProducer extends GenericProducer {
  static override readonly eks = [[Exchange, 'key']] as const;

  build_message_count(number: number) {
    return new MessageCommand('count', { number });
  }
}

const MESSAGES = 3_000;

describe('messages over a connection that is cut', () => {
  const stage = useStage();

  async function open(t: TestContext) {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const producer = await connect(t, { url: proxy.urlFor(stage.url) }, CountProducer);
    return { proxy, producer, recorder: await Recorder.start(stage.side, [Exchange, 'key']) };
  }

  it(`${MESSAGES} of them are all there after five cuts, in order, and those that came twice have the same id`, async (t) => {
    const { proxy, producer, recorder } = await open(t);
    const cuts = new Set([1, 500, 1_100, 1_800, 2_600]);
    let confirmed = 0;
    const numbers = Array.from({ length: MESSAGES }, (_, number) => number);
    await Promise.all(
      numbers.map(async (number) => {
        await producer.message_count(number);
        if (cuts.delete(++confirmed)) proxy.cut();
      }),
    );
    assert.equal(cuts.size, 0);
    const arrived = await recorder.all();
    const firsts = new Map<number, Recorded>();
    for (const each of arrived) firsts.set(numberOf(each), firsts.get(numberOf(each)) ?? each);
    assert.deepEqual([...firsts.keys()], numbers);
    for (const each of arrived) {
      const first = firsts.get(numberOf(each));
      assert.equal(each.properties.messageId, first?.properties.messageId);
      assert.deepEqual(each.bytes, first?.bytes);
    }
    t.diagnostic(`${arrived.length - MESSAGES} of ${MESSAGES} came twice`);
  });

  it('those sent while the broker is away leave when it is back', async (t) => {
    const { proxy, producer, recorder } = await open(t);
    await producer.message_count(0);
    proxy.refuse();
    proxy.cut();
    const waiting = [1, 2, 3].map((number) => producer.message_count(number));
    const impatient = producer.with({ timeoutMs: 100 }).message_count(4);
    await assert.rejects(impatient, PublishTimeoutError);
    await proxy.pass();
    await Promise.all(waiting);
    assert.deepEqual((await recorder.all()).map(numberOf), [0, 1, 2, 3]);
  });

  for (const [how, fail] of [
    ['dies', (proxy: TcpProxy) => proxy.cut()],
    ['falls silent', (proxy: TcpProxy) => proxy.stall()],
  ] as const) {
    it(`close() ends, also when the connection ${how} at that moment`, async (t) => {
      const { proxy, producer } = await open(t);
      await producer.message_count(0);
      fail(proxy);
      await producer.close();
      await assert.rejects(producer.message_count(1), ClosedError);
    });
  }
});

function numberOf({ body }: Recorded): number {
  return (body.content as { readonly parameters: { readonly number: number } }).parameters.number;
}
