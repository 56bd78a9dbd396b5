import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ConfigurationError,
  type Eks,
  GenericProducer,
  MessageCommand,
  RpcCommand,
  UnroutableError,
} from 'waybill';
import { FrameTap } from '../../support/frame-tap.js';
import { connect } from '../../support/stage/connect.js';
import { newExchange } from '../../support/stage/exchange.js';
import { type Recorded, Recorder } from '../../support/stage/recorder.js';
import { useStage } from '../../support/stage/stage.js';

const One = newExchange('one');
const Two = newExchange('two');
const Extra = newExchange('extra');
const Late = newExchange('late');

class NewsProducer extends GenericProducer {
  static override readonly eks = [
    [One, 'a'],
    [Two, 'b'],
  ] as const;

  build_message_news(text: string) {
    return new MessageCommand('news', { text });
  }

  build_rpc_news() {
    return new RpcCommand('news');
  }
}

const everywhere: Eks = [One, Two, Extra].flatMap((exchange) =>
  ['a', 'b', 'other'].map((key) => [exchange, key] as const),
);

describe('where a producer sends', () => {
  const stage = useStage();
  const record = () => Recorder.start(stage.side, ...everywhere);

  it('P-C8: to every exchange of the class, in order', async (t) => {
    const [producer, recorder] = [await connect(t, stage, NewsProducer), await record()];
    await producer.message_news('all');
    assert.deepEqual(placesOf(await recorder.all()), [at(One, 'a'), at(Two, 'b')]);
  });

  it('P-C5: with a key, to the first exchange of the class and no other', async (t) => {
    const [producer, recorder] = [await connect(t, stage, NewsProducer), await record()];
    await producer.with({ key: 'other' }).message_news('one');
    assert.deepEqual(placesOf(await recorder.all()), [at(One, 'other')]);
  });

  it('P-C6: with eks, to exactly those, in their order, with identical bytes', async (t) => {
    const [producer, recorder] = [await connect(t, stage, NewsProducer), await record()];
    const eks: Eks = [
      [Extra, 'a'],
      [One, 'b'],
    ];
    await producer.with({ eks }).message_news('two');
    const messages = await recorder.all();
    assert.deepEqual(placesOf(messages), [at(Extra, 'a'), at(One, 'b')]);
    assert.deepEqual(messages[0]?.bytes, messages[1]?.bytes);
  });

  it('P-C6: an exchange that only eks names is declared before it is used', async (t) => {
    const Fresh = newExchange('fresh');
    const producer = await connect(t, stage, NewsProducer);
    await producer.with({ eks: [[Fresh, 'a']], mandatory: false }).message_news('hello');
    await stage.side.onChannel((channel) => channel.checkExchange(Fresh.exchangeName));
  });

  it('an exchange is declared once, however many messages are the first to it', async (t) => {
    const tap = await FrameTap.forUrl(stage.url);
    t.after(() => tap.close());
    const producer = await connect(t, stage, NewsProducer, { url: tap.url });
    const recorder = await Recorder.start(stage.side, [Late, 'key']);
    const to = producer.with({ eks: [[Late, 'key']] });
    await Promise.all(Array.from({ length: 30 }, (_, number) => to.message_news(String(number))));
    assert.equal((await recorder.all()).length, 30);
    const declared = tap.of('exchange.declare').filter(({ exchange }) => exchange === Late.exchangeName);
    assert.equal(declared.length, 1);
  });

  it('P-C7: eks beats key', async (t) => {
    const [producer, recorder] = [await connect(t, stage, NewsProducer), await record()];
    await producer.with({ key: 'other', eks: [[Two, 'a']] }).message_news('eks');
    assert.deepEqual(placesOf(await recorder.all()), [at(Two, 'a')]);
  });

  it('a call goes to the first destination only', async (t) => {
    const [producer, recorder] = [await connect(t, stage, NewsProducer), await record()];
    const once = producer.with({ timeoutMs: 300, maxRetry: 0 });
    await once.rpc_news();
    await once.with({ key: 'other' }).rpc_news();
    await once.with({ eks: everywhere.slice(4) }).rpc_news();
    const expected = [at(One, 'a'), at(One, 'other'), at(Two, 'b')];
    assert.deepEqual(placesOf(await recorder.all()), expected);
  });

  it('forward and message obey the same settings', async (t) => {
    const [producer, recorder] = [await connect(t, stage, NewsProducer), await record()];
    const view = producer.with({ key: 'b' });
    await view.forward(Buffer.from('{"raw": true}'));
    await view.message(['bare']);
    await view.command('ad hoc', 1);
    assert.deepEqual(placesOf(await recorder.all()), [at(One, 'b'), at(One, 'b'), at(One, 'b')]);
  });

  it('when one of two exchanges reaches no queue, the other one is used, and the promise rejects with the first', async (t) => {
    const [producer, recorder] = [await connect(t, stage, NewsProducer), await record()];
    const eks: Eks = [
      [One, 'nobody'],
      [Two, 'a'],
    ];
    await assert.rejects(producer.with({ eks }).message_news('half'), UnroutableError);
    assert.deepEqual(placesOf(await recorder.all()), [at(Two, 'a')]);
  });

  it('a class without destinations says so, and what to write', async (t) => {
    class Lost extends GenericProducer {
      build_rpc_x() {
        return new RpcCommand('x');
      }
    }
    const lost = await connect(t, stage, Lost);
    await assert.rejects(lost.command('x'), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, /Lost has no destination: write static override readonly eks/);
      return true;
    });
    assert.ok((await lost.rpc_x()).error instanceof ConfigurationError);
  });
});

function at(exchange: typeof One, key: string): string {
  return `${exchange.exchangeName} ${key}`;
}

function placesOf(messages: readonly Recorded[]): string[] {
  return messages.map(({ exchange, routingKey }) => `${exchange} ${routingKey}`);
}
