import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Channel, ConsumeMessage } from 'amqplib';
import { Acknowledger } from '../../../src/amqp/consuming/acknowledger.js';
import { Delivery } from '../../../src/amqp/consuming/delivery.js';
import { RetriedDuplicates } from '../../../src/amqp/consuming/retried-duplicates.js';
import { isSameMessage, RunningDuplicates } from '../../../src/amqp/consuming/running-duplicates.js';

const id = '5f0c6a3e-7d1b-4c55-9d6e-0123456789ab';

/** A channel that takes whatever it is told. */
const channel = new Proxy({} as Channel, { get: () => () => {} });

interface Parts {
  readonly messageId?: string | undefined;
  readonly failures?: number;
  readonly text?: string;
  readonly queue?: string;
  readonly redelivered?: boolean;
  readonly acknowledger?: Acknowledger;
}

function copy(parts: Parts = {}): Delivery {
  const { messageId = id, failures = 1, text = 'text', queue = 'queue', redelivered = false } = parts;
  const message = {
    content: Buffer.from(text),
    properties: { messageId, headers: { 'x-waybill-failures': failures } },
    fields: { deliveryTag: 1, redelivered },
  };
  const acknowledger = parts.acknowledger ?? new Acknowledger(channel, 100, () => {});
  return new Delivery(queue, message as unknown as ConsumeMessage, acknowledger);
}

describe('of two copies of a failed message', () => {
  it('the second is recognised while the first is in hand, and after that was acked', () => {
    const copies = new RetriedDuplicates();
    const first = copy();
    assert.deepEqual([copies.isSecond(first), copies.isSecond(copy())], [false, true]);
    first.ack();
    assert.equal(copies.isSecond(copy()), true);
  });

  it('one that has failed less often is recognised, too: the other is further, and stands for it', () => {
    const copies = new RetriedDuplicates();
    const [behind, ahead] = [copy(), copy({ failures: 3 })];
    assert.deepEqual([copies.isSecond(behind), copies.isSecond(ahead)], [false, false]);
    behind.ack();
    assert.equal(copies.isSecond(copy({ failures: 2 })), true, 'while the other is in hand');
    ahead.reject();
    assert.equal(copies.isSecond(copy({ failures: 2 })), false, 'the other is gone');
    assert.equal(copies.isSecond(copy()), true, 'this one was acked');
    copy({ failures: 3 }).ack();
    const again = copy({ failures: 3 });
    assert.equal(copies.isSecond(again), false);
    again.ack();
    assert.equal(copies.isSecond(copy({ failures: 2 })), true, 'after the other was acked');
  });

  it('the second is handled where the first was given back, rejected, or lost with its channel', () => {
    const settlements: ((first: Delivery, acknowledger: Acknowledger) => void)[] = [
      (first) => first.giveBack(),
      (first) => first.reject(),
      (first) => first.reject({ requeue: true }),
      (_first, acknowledger) => acknowledger.abandon(),
    ];
    for (const settle of settlements) {
      const [copies, acknowledger] = [new RetriedDuplicates(), new Acknowledger(channel, 100, () => {})];
      const first = copy({ acknowledger });
      copies.isSecond(first);
      settle(first, acknowledger);
      assert.equal(copies.isSecond(copy()), false, String(settle));
      assert.equal(copies.isSecond(copy()), true, String(settle));
    }
  });

  it('the second is handled where the first is not trusted: it stands for nobody', () => {
    const copies = new RetriedDuplicates();
    const [first, again] = [copy(), copy()];
    first.isUntrusted = true;
    assert.deepEqual([copies.isSecond(first), copies.isSecond(again)], [false, false]);
    again.isUntrusted = true;
    again.ack();
    assert.equal(copies.isSecond(copy()), false);
  });

  it('none is recognised where it may be another message', () => {
    const others: Parts[] = [
      { failures: 0 },
      { failures: 2 },
      { text: 'other' },
      { queue: 'other' },
      { messageId: id.replace('5', '6') },
    ];
    for (const other of others) {
      const copies = new RetriedDuplicates();
      copies.isSecond(copy());
      assert.equal(copies.isSecond(copy(other)), false, JSON.stringify(other));
    }
    for (const same of [{ messageId: '1' }, { messageId: '' }, { failures: 0 }]) {
      const copies = new RetriedDuplicates();
      copies.isSecond(copy(same));
      assert.equal(copies.isSecond(copy(same)), false, JSON.stringify(same));
    }
  });
});

describe('a message that is delivered again while it runs', () => {
  it('waits for the first run to end', () => {
    const twins = new RunningDuplicates();
    const [running, other, again] = [copy(), copy({ text: 'other' }), copy({ redelivered: true })];
    assert.equal(twins.holds(again, [other, running]), true);
    assert.equal(twins.all.length, 1);
    assert.deepEqual(twins.release(other), []);
    assert.deepEqual(twins.release(running), [again]);
    assert.equal(twins.all.length, 0);
  });

  it('is not mistaken for another message', () => {
    const again = copy({ redelivered: true });
    const others = [copy({ text: 'other' }), copy({ queue: 'other' }), copy({ messageId: 'other' })];
    assert.equal(new RunningDuplicates().holds(again, others), false);
    const first = copy({ failures: 0 });
    assert.equal(new RunningDuplicates().holds(first, [copy()]), false, 'it was not delivered before');
    assert.ok(others.every((other) => !isSameMessage(again, other)));
  });

  it('waits as the copy of a failed one, too, while that is not settled', () => {
    const twins = new RunningDuplicates();
    const [failed, made] = [copy({ failures: 0 }), copy()];
    assert.equal(twins.holds(made, [failed]), true);
    assert.deepEqual(twins.release(failed), [made]);
  });

  it('is released with all others that wait', () => {
    const twins = new RunningDuplicates();
    const again = copy({ redelivered: true });
    twins.holds(again, [copy()]);
    assert.deepEqual(twins.releaseAll(), [again]);
    assert.equal(twins.all.length, 0);
  });
});
