// 1,000 messages on their way through a broker, each with one thing changed that is covered: none is handled.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MessageProperties } from 'amqplib';
import { type Content, GenericProducer, KeyRing, MessageCommand, MessageProcessor } from 'waybill';
import { Link } from '../../../src/amqp/index.js';
import { putAnewIfWornOut } from '../../../src/amqp/link/put-anew.js';
import { sealOf } from '../../../src/component/index.js';
import { Identity } from '../../../src/identity/index.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { secretKey } from './keys.js';

class Desk extends MessageProcessor {
  static override readonly concurrency = 20;
  readonly seen: unknown[] = [];
}
Desk.handle('command', 'note', function ({ parameters }: Content) {
  this.seen.push(parameters);
});

/** What is changed, in turn. */
const changes: readonly ((
  properties: MessageProperties,
  body: Buffer,
) => { properties?: object; body?: Buffer; key?: string })[] = [
  (_, body) => ({ body: Buffer.from(body.toString().replace('"note"', '"quit"')) }),
  (_, body) => ({ body: Buffer.from(body.toString().replace('"parameters":', '"parameters": ')) }),
  () => ({ key: 'another' }),
  ({ messageId }) => ({ properties: { messageId: `${messageId}0` } }),
  () => ({ properties: { correlationId: 'another' } }),
  () => ({ properties: { replyTo: 'somebody' } }),
  () => ({ properties: { type: 'another' } }),
  () => ({ properties: { contentType: 'text/plain' } }),
  () => ({ properties: { expiration: '600000' } }),
  ({ headers }) => ({ properties: { headers: { ...headers, tenant: 'another' } } }),
  ({ headers }) => ({ properties: { headers: { ...headers, 'x-waybill-deadline': 1 } } }),
  ({ headers }) => ({ properties: { headers: { ...headers, CC: ['another'] } } }),
  ({ headers }) => ({
    properties: { headers: { ...headers, 'x-waybill-sig': swapped(headers?.['x-waybill-sig'], 3) } },
  }),
  ({ headers }) => ({
    properties: { headers: { ...headers, 'x-waybill-sig': swapped(headers?.['x-waybill-sig'], 4) } },
  }),
];

/** Two signs of a part of the signature change places; the same ones become others. */
function swapped(signature: unknown, part: number): string {
  const parts = String(signature).split('.');
  const old = String(parts[part]);
  parts[part] = old.slice(0, -3) + (old.at(-3) === 'a' ? 'b' : 'a') + old.slice(-2);
  return parts.join('.');
}

describe('signed messages under attack', () => {
  const stage = useStage();
  const keys = new KeyRing([secretKey('shop', 'Shop'), secretKey('desk', 'Desk')]);
  const identity = { sign: 'desk', verify: 'enforce', keys } as const;

  it('of 1,000 that are changed on their way none is handled, and each is rejected', async (t) => {
    const place = await stage.place();
    await stage.side.onChannel(
      async (channel) => void (await channel.bindQueue(place.queue, place.exchange.exchangeName, 'another')),
    );
    class Shop extends GenericProducer {
      static override readonly eks = place.eks;
      static override readonly identity = { sign: 'shop', keys };
      build_message_note(number: number) {
        return new MessageCommand('note', number);
      }
    }
    const shop = (await stage.connect(t, Shop)).with({ headers: { tenant: 'ours' } });
    await Promise.all(Array.from({ length: 1_000 }, (_, at) => shop.message_note(at)));
    await stage.side.onChannel(async (channel) => {
      for (let at = 0; at < 1_000; at++) {
        const message = await channel.get(place.queue, { noAck: true });
        assert.ok(message);
        const change = changes[at % changes.length]?.(message.properties, message.content);
        const { exchange, routingKey } = message.fields;
        const { body = message.content, key = routingKey, properties } = change ?? {};
        channel.publish(exchange, key, body, { ...message.properties, ...properties });
      }
      await channel.waitForConfirms();
    });
    const { processor } = await stage.start(t, Desk, place, { identity });
    await place.waitForRejected(1_000);
    const { untrusted } = await processor.health();
    assert.equal(untrusted?.count, 1_000);
    assert.deepEqual(new Set(untrusted?.last.map(({ reason }) => reason)), new Set(['altered']));
    await shop.message_note(1);
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, [1]);
  });

  it('one that was put at the end of its queue, since it came back too often, is known again', async (t) => {
    const place = await stage.place();
    class Shop extends GenericProducer {
      static override readonly eks = place.eks;
      static override readonly identity = { sign: 'shop', keys };
      build_message_note(number: number) {
        return new MessageCommand('note', number);
      }
    }
    const shop = await stage.connect(t, Shop);
    const link = Link.acquire({ url: stage.url });
    t.after(() => link.close());
    const own = new Identity(identity, 'Desk');
    let isAnew: boolean | undefined;
    const consumer = await link.openConsumer(
      (delivery) => {
        Object.defineProperty(delivery, 'deliveryCount', { value: 15 });
        isAnew ??= putAnewIfWornOut(link, delivery, sealOf(own));
      },
      { prefetch: 1 },
    );
    await consumer.consume(place.queue);
    await shop.message_note(7);
    await until(() => isAnew !== undefined, { what: 'it is put anew' });
    await consumer.drain({ timeoutMs: 5_000 });
    const { processor } = await stage.start(t, Desk, place, { identity });
    await waitForLength(processor.seen, 1);
    assert.deepEqual([isAnew, processor.seen], [true, [7]]);
    assert.equal((await processor.health()).untrusted?.count, 0);
  });
});
