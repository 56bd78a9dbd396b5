import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Channel } from 'amqplib';
import { nextMessageId } from '../../../src/amqp/common/message-id.js';
import { Acknowledger } from '../../../src/amqp/consuming/acknowledger.js';
import { Duplicates } from '../../../src/amqp/consuming/duplicates.js';
import { recordingLog } from '../../support/stage/stage.js';
import { deliveryOf } from './delivery-of.js';

const messageId = '6f3a2c52-8a0d-4a53-9f0c-7a3c0f2f7d11';
const channel = { once: () => undefined, ack: () => undefined } as unknown as Channel;

function anAcknowledger(): Acknowledger {
  return new Acknowledger(channel, 10, () => {});
}

/** One that was acked on a channel that is lost right then: nobody knows whether the broker has got the ack. */
function ackInVain(duplicates: Duplicates): void {
  const acknowledger = anAcknowledger();
  const delivery = deliveryOf({ messageId, acknowledger });
  duplicates.begun(delivery);
  delivery.ack();
  acknowledger.abandon();
}

describe('a message that is done and comes again', () => {
  it('is dropped each time, when the ack by which it was dropped is lost, too', () => {
    const duplicates = new Duplicates(() => []);
    const log = recordingLog();
    ackInVain(duplicates);
    for (let time = 0; time < 3; time++) {
      const acknowledger = anAcknowledger();
      const again = deliveryOf({ messageId, redelivered: true, acknowledger });
      assert.equal(duplicates.drops(again, log), true, `time ${time}`);
      acknowledger.abandon();
    }
  });

  it('is forgotten once it was dropped on a channel that lives', () => {
    const duplicates = new Duplicates(() => []);
    const log = recordingLog();
    ackInVain(duplicates);
    const again = () => duplicates.drops(deliveryOf({ messageId, redelivered: true }), log);
    assert.deepEqual([again(), again()], [true, false]);
  });
});

describe('a message that is put at the end of its queue', () => {
  const log = recordingLog();
  const putAnew = () => true;
  const resume = () => {};
  const copyId = nextMessageId();
  const headersOf = (id: unknown) => ({ headers: { 'x-waybill-put-anew': id } });

  /** One whose ack, after its copy was confirmed, is lost with its channel. */
  function putAnewInVain(duplicates: Duplicates, parts: Parameters<typeof deliveryOf>[0] = {}): void {
    const acknowledger = anAcknowledger();
    const delivery = deliveryOf({ messageId, redelivered: true, acknowledger, ...parts });
    duplicates.giveBack(delivery, resume, putAnew);
    delivery.ack();
    acknowledger.abandon();
  }

  it('is dropped when it comes again, and its copy runs', () => {
    const duplicates = new Duplicates(() => []);
    putAnewInVain(duplicates);
    const original = deliveryOf({ messageId, redelivered: true });
    const copy = deliveryOf({ messageId, ...headersOf(copyId) });
    assert.deepEqual([duplicates.drops(copy, log), duplicates.drops(original, log)], [false, true]);
  });

  it('is told from a copy of itself that was put anew, too', () => {
    const duplicates = new Duplicates(() => []);
    putAnewInVain(duplicates, headersOf(copyId));
    const first = deliveryOf({ messageId, ...headersOf(copyId) });
    const second = deliveryOf({ messageId, ...headersOf(nextMessageId()) });
    assert.deepEqual([duplicates.drops(second, log), duplicates.drops(first, log)], [false, true]);
  });

  it('is dropped like its copy, when its first run has ended meanwhile', () => {
    const duplicates = new Duplicates(() => []);
    putAnewInVain(duplicates);
    ackInVain(duplicates);
    const original = deliveryOf({ messageId, redelivered: true });
    const copy = deliveryOf({ messageId, ...headersOf(copyId) });
    assert.deepEqual([duplicates.drops(original, log), duplicates.drops(copy, log)], [true, true]);
  });

  it('waits while that is done, when it comes again; and has no second copy', () => {
    const duplicates = new Duplicates(() => []);
    const first = deliveryOf({ messageId, redelivered: true });
    const freed: unknown[] = [];
    duplicates.giveBack(first, (waited) => freed.push(...waited), putAnew);
    const again = deliveryOf({ messageId, redelivered: true });
    assert.equal(duplicates.holds(again), true);
    const third = deliveryOf({ messageId, redelivered: true });
    duplicates.giveBack(third, resume, () => assert.fail('a second copy'));
    assert.equal(third.settled, true);
    first.ack();
    assert.deepEqual(freed, [again]);
  });

  it('is not put anew once more, when a copy of it is there', () => {
    const duplicates = new Duplicates(() => []);
    putAnewInVain(duplicates);
    const again = deliveryOf({ messageId, redelivered: true });
    duplicates.giveBack(again, resume, () => assert.fail('a second copy'));
    assert.equal(again.settled, true);
  });

  it('is not believed to have run for what its sender has put into the header', () => {
    for (const id of [true, 'x', '', {}, 'x'.repeat(100_000)])
      assert.equal(deliveryOf({ messageId, ...headersOf(id) }).mayHaveRun, false);
    assert.equal(deliveryOf({ messageId, ...headersOf(copyId) }).mayHaveRun, true);
  });
});
