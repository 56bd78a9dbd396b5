import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextMessageId } from '../../../src/amqp/common/message-id.js';
import { LateAcks } from '../../../src/amqp/consuming/late-acks.js';
import { MessageMark } from '../../../src/amqp/consuming/message-mark.js';
import { deliveryOf } from './delivery-of.js';

const messageId = '6f3a2c52-8a0d-4a53-9f0c-7a3c0f2f7d11';
const copyId = nextMessageId();

function remember(acks: LateAcks, parts: Parameters<typeof deliveryOf>[0]): void {
  const mark = MessageMark.of(deliveryOf(parts));
  if (mark) acks.remember(mark);
}

describe('late acks', () => {
  it('are recognised once, when the same message is delivered again', () => {
    const acks = new LateAcks();
    remember(acks, { messageId, content: 'x' });
    const again = () => acks.isDone(deliveryOf({ messageId, content: 'x', redelivered: true }));
    assert.deepEqual([again(), again()], [true, false]);
  });

  it('are not seen in another message: of another queue, content or id, or sent anew', () => {
    const others = [
      { messageId, content: 'y', redelivered: true },
      { messageId, content: 'x', redelivered: true, queue: 'other' },
      { messageId: messageId.replace('6', '7'), content: 'x', redelivered: true },
      { messageId, content: 'x' },
      { messageId, content: 'x', redelivered: true, headers: { 'x-waybill-failures': 1 } },
      { content: 'x', redelivered: true },
    ];
    for (const other of others) {
      const acks = new LateAcks();
      remember(acks, { messageId, content: 'x' });
      assert.equal(acks.isDone(deliveryOf(other)), false, JSON.stringify(other));
    }
  });

  it('are recognised whatever counters the broker has added, and however long the message is', () => {
    for (const length of [1, 65_536, 65_537, 1_000_000]) {
      const acks = new LateAcks();
      const content = 'x'.repeat(length);
      remember(acks, { messageId, content, headers: { a: 1, 'x-delivery-count': 1 } });
      const again = {
        messageId,
        redelivered: true,
        headers: { a: 1, 'x-delivery-count': 2, 'x-acquired-count': 3 },
      };
      assert.equal(acks.isDone(deliveryOf({ ...again, content: `${content}y` })), false);
      assert.equal(acks.isDone(deliveryOf({ ...again, content })), true);
    }
  });

  it('are recognised in a message that was put anew while it ran, whatever the broker had written on it', () => {
    const ran = { a: 1, CC: ['other'], 'x-death': [{ queue: 'q' }], 'x-first-death-queue': 'q' };
    const anew = { 'x-waybill-seal': 's', 'x-waybill-put-anew': copyId, a: 1 };
    const acks = new LateAcks();
    remember(acks, { messageId, content: 'x', headers: ran });
    const failed = { ...anew, 'x-waybill-failures': 1 };
    assert.equal(acks.isDone(deliveryOf({ messageId, content: 'x', headers: failed })), false);
    assert.equal(acks.isDone(deliveryOf({ messageId, content: 'x', headers: anew })), true);
  });

  it('are not remembered for messages whose ids may not be unique', () => {
    const acks = new LateAcks();
    for (const id of ['1', 'order-4711', undefined]) {
      const parts = { ...(id !== undefined && { messageId: id }), content: 'x' };
      remember(acks, parts);
      assert.equal(acks.isDone(deliveryOf({ ...parts, redelivered: true })), false);
    }
  });

  it('are forgotten, the oldest first, when there are ten thousand younger ones', () => {
    const acks = new LateAcks();
    const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
    for (let number = 0; number <= 10_000; number++) remember(acks, { messageId: idOf(number) });
    const known = (number: number) => acks.isDone(deliveryOf({ messageId: idOf(number), redelivered: true }));
    assert.deepEqual([known(0), known(1), known(10_000)], [false, true, true]);
  });
});
