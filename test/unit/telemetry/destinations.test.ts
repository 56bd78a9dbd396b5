import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Delivery } from '../../../src/amqp/index.js';
import { sentTo, takenFrom } from '../../../src/telemetry/destinations.js';

const place = { address: 'broker', port: 5672, client: 'Desk@host 1' };
const taken = (exchange: string, routingKey: string, queue: string): Delivery =>
  ({ queue, fields: { exchange, routingKey } }) as Delivery;

describe('a destination', () => {
  it('is made once for all that goes there, or comes from there', () => {
    const message = { exchange: 'orders', routingKey: 'new' };
    assert.equal(sentTo(place, message), sentTo(place, { ...message }));
    assert.equal(
      takenFrom(place, taken('orders', 'new', 'desk')),
      takenFrom(place, taken('orders', 'new', 'desk')),
    );
  });

  it('is another one for each exchange, routing key, queue and method, whatever letters are in them', () => {
    const all = [
      sentTo(place, { exchange: 'a\nb', routingKey: 'c' }),
      sentTo(place, { exchange: 'a', routingKey: 'b\nc' }),
      sentTo(place, { exchange: 'a', routingKey: 'b' }),
      takenFrom(place, taken('a', 'b', 'c')),
      takenFrom(place, taken('a', 'b\nc', 'd')),
      takenFrom(place, taken('a', 'b', 'c\nd')),
      takenFrom(place, taken('a', 'b', 'c'), 'd'),
      takenFrom(place, taken('a', 'b', 'c'), null),
      sentTo({ ...place }, { exchange: 'a', routingKey: 'b' }),
    ];
    assert.equal(new Set(all).size, all.length);
  });

  it('tells what is called, if that is said', () => {
    const from = taken('orders', 'ask', 'desk');
    const { 'rpc.method': method, 'rpc.system.name': system } = takenFrom(place, from, 'price').attributes;
    assert.deepEqual([method, system], ['price', 'waybill']);
    const unnamed = takenFrom(place, from, null).attributes;
    assert.deepEqual([unnamed['rpc.method'], unnamed['rpc.system.name']], [undefined, 'waybill']);
    assert.equal(takenFrom(place, from).attributes['rpc.system.name'], undefined);
  });

  it('is not kept for a name that only a stranger would send, which is told cut', () => {
    const from = taken('orders', 'ask', 'desk');
    const method = 'x'.repeat(100_000);
    const first = takenFrom(place, from, method);
    assert.ok(String(first.attributes['rpc.method']).length <= 255);
    assert.notEqual(first, takenFrom(place, from, method));
  });

  it('is forgotten when there are too many', () => {
    const key = 'key.0';
    const first = sentTo(place, { exchange: 'many', routingKey: key });
    for (let i = 1; i <= 2_000; i++) sentTo(place, { exchange: 'many', routingKey: `key.${i}` });
    const again = sentTo(place, { exchange: 'many', routingKey: key });
    assert.notEqual(first, again);
    assert.deepEqual(first, again);
  });
});
