import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StreamPosition } from '../../../src/amqp/consuming/stream-position.js';
import { deliveryOf } from './delivery-of.js';

function at(offset: number) {
  return deliveryOf({ headers: { 'x-stream-offset': offset } });
}

describe('the place in a stream', () => {
  it('is the start that was asked for, until a message has come', () => {
    for (const begin of ['first', 'last', 7, '1h'] as const) {
      const position = new StreamPosition(begin);
      assert.deepEqual([position.begin(), position.begin()], [begin, begin]);
    }
    const moment = new StreamPosition(new Date(1_700_000_000_500));
    assert.deepEqual(moment.begin(), { '!': 'timestamp', value: 1_700_000_000 });
  });

  it('is the moment of the first subscription where it began with the next message and none has come', () => {
    const before = Math.floor(Date.now() / 1_000);
    const position = new StreamPosition();
    assert.equal(position.begin(), 'next');
    const { '!': kind, value } = position.begin() as { '!': string; value: number };
    assert.equal(kind, 'timestamp');
    assert.ok(value >= before && value <= Date.now() / 1_000);
  });

  it('is behind the last message that came, or at the first one that was not settled', () => {
    const position = new StreamPosition('first');
    for (const offset of [10, 11, 12]) assert.ok(position.isNew(at(offset)));
    position.returnTo([]);
    assert.equal(position.begin(), 13);
    position.returnTo([at(12), at(11)]);
    assert.equal(position.begin(), 11);
  });

  it('tells messages that have come before from new ones', () => {
    const position = new StreamPosition('first');
    position.isNew(at(5));
    assert.deepEqual([position.isNew(at(5)), position.isNew(at(6))], [false, true]);
    assert.ok(position.isNew(deliveryOf()), 'a message without a place is new');
  });
});
