import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { messageName } from '../../../src/parked/index.js';

const origin = { exchange: 'orders', routing_key: 'orders.paid', queue: 'billing' };

function nameOf(body: unknown, properties = {}): string | undefined {
  return messageName({ content: Buffer.from(JSON.stringify(body)), properties, origin });
}

describe('the name of a parked message', () => {
  it('is its type, where it has one', () => {
    assert.equal(nameOf({ type: 'command', name: 'ship' }, { type: 'ship' }), 'ship');
  });

  it('is that of its envelope', () => {
    assert.equal(nameOf({ type: 'command', name: 'ship' }), 'ship');
  });

  it('is the pattern of a message of Nest', () => {
    assert.equal(nameOf({ pattern: 'order_paid', data: { name: 'Ann' } }), 'order_paid');
  });

  it('is the routing key of plain JSON, and never what stands in that', () => {
    for (const body of [{ name: 'Ann' }, { pattern: 'x' }, [1], 'text', { type: 'order', id: 1 }])
      assert.equal(nameOf(body), 'orders.paid', JSON.stringify(body));
    assert.equal(nameOf({ name: 'Ann' }, { type: '' }), 'orders.paid');
  });

  it('is unknown where nobody tells', () => {
    assert.equal(messageName({ content: Buffer.from('{'), properties: {} }), undefined);
    assert.equal(messageName({ content: Buffer.from('{'), properties: {}, origin: {} }), undefined);
  });
});
