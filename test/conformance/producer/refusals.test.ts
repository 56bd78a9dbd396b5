import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  Exchange,
  type ExchangeClass,
  GenericProducer,
  MessageCommand,
  PublishRefusedError,
  RpcCommand,
  TopologyError,
  UnroutableError,
} from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { connect } from '../../support/stage/connect.js';
import { newExchange } from '../../support/stage/exchange.js';
import { Recorder } from '../../support/stage/recorder.js';
import { useStage } from '../../support/stage/stage.js';

const Good = newExchange('good');

class NewsProducer extends GenericProducer {
  static override readonly eks = [[Good, 'key']] as const;

  build_message_news(number: number) {
    return new MessageCommand('news', { number });
  }

  build_rpc_news() {
    return new RpcCommand('news');
  }
}

/** An exchange that is only looked for. */
function passive(name: string): ExchangeClass {
  return class Passive extends Exchange {
    static override readonly exchangeName = name;
    static override readonly passive = true;
  };
}

describe('what the broker refuses', () => {
  const stage = useStage();
  const record = () => Recorder.start(stage.side, [Good, 'key']);

  it('a message to a missing passive exchange is rejected, and no message beside it', async (t) => {
    const [producer, recorder] = [await connect(t, stage, NewsProducer), await record()];
    const missing = producer.with({ eks: [[passive(uniqueName('missing')), 'key']] });
    const neighbours = Array.from({ length: 50 }, (_, number) => producer.message_news(number));
    const refused = missing.message_news(-1);
    const later = Array.from({ length: 50 }, (_, number) => producer.message_news(50 + number));
    await assert.rejects(refused, (error) => error instanceof TopologyError && error.replyCode === 404);
    await Promise.all([...neighbours, ...later]);
    assert.equal((await recorder.all()).length, 100);
  });

  it('an exchange that was deleted is declared again; the messages around it arrive, in order', async (t) => {
    const [producer, recorder] = [await connect(t, stage, NewsProducer), await record()];
    const Gone = newExchange('gone');
    await producer.with({ eks: [[Gone, 'key']], mandatory: false }).message_news(-1);
    await stage.side.onChannel((channel) => channel.deleteExchange(Gone.exchangeName));
    const sent = Array.from({ length: 30 }, (_, number) => producer.message_news(number));
    const refused = producer.with({ eks: [[Gone, 'key']] }).message_news(-1);
    const again = producer.with({ eks: [[Gone, 'key']] }).message_news(-2);
    const later = Array.from({ length: 30 }, (_, number) => producer.message_news(30 + number));
    // The bindings went with it, and whoever made them has to make them again.
    for (const each of [refused, again]) await assert.rejects(each, UnroutableError);
    await Promise.all([...sent, ...later]);
    const numbers = (await recorder.all()).map(
      ({ body }) => (body.content as { parameters: { number: number } }).parameters.number,
    );
    const expected = Array.from({ length: 60 }, (_, number) => number);
    assert.deepEqual([...new Set(numbers)], expected);
    t.diagnostic(`${numbers.length - 60} of 60 came twice`);
  });

  it('a call to a missing exchange ends with the reason; one that is gone is declared again', async (t) => {
    const producer = await connect(t, stage, NewsProducer);
    const missing = producer.with({ eks: [[passive(uniqueName('missing')), 'key']] });
    assert.ok((await missing.rpc_news()).error instanceof TopologyError);
    const Gone = newExchange('gone');
    const gone = producer.with({ eks: [[Gone, 'key']], timeoutMs: 400, attemptTimeoutMs: 200, maxRetry: 1 });
    assert.ok((await gone.rpc_news()).error instanceof UnroutableError);
    await stage.side.onChannel((channel) => channel.deleteExchange(Gone.exchangeName));
    assert.ok((await gone.rpc_news()).error instanceof UnroutableError);
  });

  it('an exchange that is declared otherwise: connect() throws, says what, and leaves nothing open', async () => {
    class Otherwise extends GenericProducer {
      static override readonly eks = [
        [
          class extends Good {
            static override readonly exchangeType = 'fanout';
          },
          'key',
        ],
      ] as const;
    }
    await record();
    await assert.rejects(Otherwise.connect({ url: stage.url }), (error) => {
      assert.ok(error instanceof TopologyError);
      assert.equal(error.replyCode, 406);
      assert.match(error.message, new RegExp(Good.exchangeName));
      return true;
    });
  });

  it('a message with a property that AMQP cannot carry is rejected, and no message beside it', async (t) => {
    const [producer, recorder] = [await connect(t, stage, NewsProducer), await record()];
    const tooLong = producer.with({ key: 'k'.repeat(300) });
    const results = await Promise.allSettled([
      producer.message_news(0),
      tooLong.message_news(-1),
      producer.message_news(1),
    ]);
    const statuses = results.map(({ status }) => status);
    assert.deepEqual(statuses, ['fulfilled', 'rejected', 'fulfilled']);
    assert.equal((await recorder.all()).length, 2);
  });

  it('a queue that is full: the nack rejects the message that was refused', async (t) => {
    const queue = uniqueName('full');
    await stage.side.onChannel(async (channel) => {
      const full = { 'x-max-length': 1, 'x-overflow': 'reject-publish', 'x-expires': 60_000 };
      await channel.assertQueue(queue, { arguments: full });
    });
    const producer = (await connect(t, stage, NewsProducer)).with({ eks: [[Exchange, queue]] });
    await producer.message_news(1);
    await assert.rejects(producer.message_news(2), PublishRefusedError);
  });
});
