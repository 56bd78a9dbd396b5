import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Channel } from 'amqplib';
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
