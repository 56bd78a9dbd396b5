// Messages whose body is what they carry: other teams' events and calls, taken and sent by components with typed handlers.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  Exchange,
  type ExchangeClass,
  GenericProducer,
  handlersFor,
  isWaybillError,
  MessageProcessor,
  type PlainJsonOptions,
  plainJson,
  producerOf,
  RpcStreamCommand,
  type Wire,
} from 'waybill';
import { z } from 'zod';
import { uniqueName } from '../../support/broker.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { runWaybill } from '../../support/waybill-command.js';

const Order = z.object({ id: z.number(), due: z.coerce.date().optional() });

/** What the other team sends and answers, as their documentation has it. */
class Shop extends producerOf({
  event_placed: { parameters: Order, key: ({ id }) => `order.${id}.placed` },
  message_print: { parameters: z.object({ text: z.string() }) },
  rpc_price: { parameters: z.object({ pieces: z.number() }), answer: z.number() },
}) {
  static override readonly wire: Wire = plainJson();
  static override readonly names = { placed: 'order.*.placed', price: 'shop.price' };
}

class OutOfStock extends Error {
  override readonly name = 'OutOfStock';
  readonly code = 'OUT_OF_STOCK';
}

class Desk extends MessageProcessor {
  static override readonly wire: Wire = plainJson();
  static override readonly retry = { attempts: 2, delayMs: 10 };
  readonly seen: unknown[] = [];
}

handlersFor(Shop).all(Desk, {
  event_placed({ parameters }, { routingKey, exchange, attempt }) {
    this.seen.push({ ...parameters, routingKey, isHere: exchange !== '', attempt });
    if (parameters.id === 13) throw new Error('not this one');
  },
  message_print({ parameters: { text } }) {
    this.seen.push(text);
  },
  rpc_price({ parameters: { pieces } }) {
    if (pieces < 0) throw new OutOfStock('nothing left', { cause: new Error('no delivery') });
    return pieces * 2;
  },
});

describe('plain JSON', () => {
  const stage = useStage();

  /** An exchange of somebody else, and a component that takes from it. */
  async function open<P extends Desk>(t: TestContext, Processor: new (options: object) => P) {
    const exchangeName = uniqueName('shop');
    class ShopExchange extends Exchange {
      static override readonly exchangeName = exchangeName;
      static override readonly exchangeType = 'topic';
    }
    const queue = uniqueName('desk');
    const { processor, log } = await stage.start(t, Processor, { eqks: [[ShopExchange, [[queue, '#']]]] });
    const publish = (key: string, body: unknown, properties: object = {}): Promise<void> => {
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      return stage.side.publish(exchangeName, key, bytes, properties);
    };
    return { ShopExchange, queue, processor, log, publish };
  }

  async function connect(t: TestContext, exchange: ExchangeClass, options?: PlainJsonOptions) {
    class ToShop extends Shop {
      static override readonly wire = plainJson(options);
      static override readonly eks = [[exchange, 'shop.any']] as const;
    }
    return await stage.connect(t, ToShop);
  }

  const due = '2026-11-27T00:00:00.000Z';

  it('comes to the handler of its routing key, by patterns, typed', async (t) => {
    const { processor, publish } = await open(t, Desk);
    await publish('order.7.placed', { id: 7, due });
    await publish('print', { text: 'by its very key' });
    await waitForLength(processor.seen, 2);
    const placed = { id: 7, due: new Date(due), routingKey: 'order.7.placed', isHere: true, attempt: 1 };
    assert.deepEqual(processor.seen, [placed, 'by its very key']);
  });

  it('is tried again, parked and sent back as the message that it was', async (t) => {
    const { processor, publish, queue } = await open(t, Desk);
    await publish('order.13.placed', { id: 13 });
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    const { out } = await runWaybill(['failed', '--url', stage.url, 'replay', queue, '--all']);
    assert.equal(out, `1 sent back to ${queue}`);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    await waitForLength(processor.seen, 3);
    const told = { id: 13, routingKey: 'order.13.placed', isHere: true };
    assert.deepEqual(
      processor.seen,
      [1, 2, 3].map((attempt) => ({ ...told, attempt })),
    );
  });

  it('what does not fit, is no JSON, or is for nobody, is parked at once', async (t) => {
    const { processor, publish, queue } = await open(t, Desk);
    await publish('order.7.placed', { id: 'seven' });
    await publish('order.7.placed', '{ id: 7 }');
    await publish('stock.empty', {});
    await publish('quit', {});
    await stage.side.waitForDepth(`${queue}.failed`, 4);
    assert.deepEqual(processor.seen, []);
  });

  it('a call is answered with the value alone', async (t) => {
    const { publish } = await open(t, Desk);
    const replies = await stage.side.onChannel(async (channel) => {
      const { queue } = await channel.assertQueue('', { exclusive: true });
      await publish('shop.price', { pieces: 4 }, { replyTo: queue, correlationId: 'c' });
      await stage.side.waitForDepth(queue, 1);
      return await channel.get(queue);
    });
    assert.ok(replies);
    assert.equal(replies.content.toString(), '8');
    assert.equal(replies.properties.correlationId, 'c');
    assert.equal(replies.properties.type, 'result');
  });

  it('what names a reply_to is no call for a handler that answers nobody', async (t) => {
    const { processor, publish } = await open(t, Desk);
    await publish('print', { text: 'with an address' }, { replyTo: 'somewhere' });
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, ['with an address']);
  });

  it('a producer tells events, sends and calls by routing keys, with nothing around what it says', async (t) => {
    const { ShopExchange, processor } = await open(t, Desk);
    const tap = uniqueName('tap');
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(tap);
      await channel.bindQueue(tap, ShopExchange.exchangeName, '#');
    });
    const shop = await connect(t, ShopExchange);
    await shop.event_placed({ id: 1 });
    await shop.message_print({ text: 'again' });
    assert.equal((await shop.rpc_price({ pieces: 5 })).unwrap(), 10);
    const sent = [];
    for (let count = 0; count < 3; count++) {
      const { fields, content } = await stage.side.waitForMessage(tap);
      sent.push([fields.routingKey, content.toString()]);
    }
    assert.deepEqual(sent, [
      ['order.1.placed', '{"id":1}'],
      ['print', '{"text":"again"}'],
      ['shop.price', '{"pieces":5}'],
    ]);
    await waitForLength(processor.seen, 2);
  });

  it('an error of a call is one, with its class, code and cause', async (t) => {
    const { ShopExchange } = await open(t, Desk);
    const shop = await connect(t, ShopExchange);
    const { error } = await shop.rpc_price({ pieces: -1 });
    assert.ok(isWaybillError(error, 'REMOTE'));
    const { remoteName, remoteCode, message, cause } = error as typeof error & Record<string, unknown>;
    assert.deepEqual([remoteName, remoteCode], ['OutOfStock', 'OUT_OF_STOCK']);
    assert.match(message, /^nothing left/);
    assert.equal((cause as Error).message, 'no delivery');
    const unhandled = await shop.rpc('shop.weight', {});
    assert.match(unhandled.message, /has no handler for \(rpc, command, shop.weight\)/);
  });

  it('an answer that looks like an error is a value, and an empty one is null', async (t) => {
    const { ShopExchange } = await open(t, Desk);
    const shop = await connect(t, ShopExchange);
    const answers = ['{"error":{"name":"Error","message":"as a value"}}', '', 'null', '[1]', '{'];
    const server = uniqueName('server');
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(server);
      await channel.bindQueue(server, ShopExchange.exchangeName, 'theirs');
      await channel.consume(
        server,
        (message) => {
          if (!message) return;
          const { replyTo, correlationId } = message.properties;
          const answer = answers[Number(message.content)] ?? '';
          channel.sendToQueue(replyTo, Buffer.from(answer), { correlationId });
        },
        { noAck: true },
      );
      const results = await Promise.all(answers.map((_, at) => shop.rpc('theirs', at)));
      assert.deepEqual(
        results.slice(0, 4).map((each) => each.unwrap()),
        [JSON.parse(answers[0] as string), null, null, [1]],
      );
      assert.ok(isWaybillError(results[4]?.error, 'MALFORMED_REPLY'));
    });
  });

  for (const name of ['type', { header: 'x-event' }] as const)
    it(`names stand elsewhere where that is said: ${JSON.stringify(name)}`, async (t) => {
      class ByName extends Desk {
        static override readonly wire = plainJson({ name });
      }
      const { ShopExchange, processor, queue, publish } = await open(t, ByName);
      const shop = await connect(t, ShopExchange, { name });
      await shop.message_print({ text: 'one' });
      assert.equal((await shop.rpc_price({ pieces: 5 })).unwrap(), 10);
      const named = name === 'type' ? { type: 'print' } : { headers: { 'x-event': 'print' } };
      await publish('whatever', { text: 'two' }, named);
      await publish('whatever', { text: 'nameless' });
      await publish('whatever', { text: 'nameless' }, { headers: { 'x-event': 5 } });
      await stage.side.waitForDepth(`${queue}.failed`, 2);
      assert.deepEqual(processor.seen, ['one', 'two']);
    });

  it('streams are refused at both ends, before anything is sent', async (t) => {
    class Rows extends GenericProducer {
      static override readonly wire = plainJson();
      static override readonly eks = [[Exchange, 'nowhere']] as const;

      build_stream_rows() {
        return new RpcStreamCommand<number>('rows');
      }
    }
    class RowDesk extends Desk {}
    handlersFor(Rows).all(RowDesk, { stream_rows: () => [1] });
    const refusal = /streams travel by Waybill's own wire only/;
    const rows = await stage.connect(t, Rows);
    await assert.rejects(rows.stream_rows().next(), refusal);
    assert.throws(() => new RowDesk({ url: stage.url }), refusal);
  });

  it('what can be no wire is refused, and so is a place where no name can stand', async () => {
    class Uncalled extends Shop {
      static override readonly wire = plainJson as never;
    }
    class UncalledDesk extends Desk {
      static override readonly wire = plainJson as never;
    }
    assert.throws(
      () => new Uncalled({ url: stage.url }),
      /Uncalled: wire has no method 'read'. Write .* with its parentheses/,
    );
    await assert.rejects(
      async () => await new UncalledDesk({ url: stage.url }).start(),
      /UncalledDesk: wire has no method 'read'/,
    );
    for (const name of ['keys', { header: '' }, { header: 5 }, {}, null])
      assert.throws(() => plainJson({ name: name as never }), /plainJson: name/);
  });
});
