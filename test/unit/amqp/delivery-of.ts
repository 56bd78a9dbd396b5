import type { Channel, ConsumeMessage } from 'amqplib';
import { Acknowledger } from '../../../src/amqp/consuming/acknowledger.js';
import { Delivery } from '../../../src/amqp/consuming/delivery.js';

/** What matters of a delivery in a test. */
interface Parts {
  readonly queue?: string;
  readonly messageId?: string;
  readonly content?: string;
  readonly redelivered?: boolean;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly acknowledger?: Acknowledger;
}

/** Takes all that is written and keeps nothing. */
const channel = {
  once: () => undefined,
  ack: () => undefined,
  nack: () => undefined,
  reject: () => undefined,
} as unknown as Channel;

let tag = 0;

/** A delivery, of a channel of its own unless one is given. */
export function deliveryOf(parts: Parts = {}): Delivery {
  const { queue = 'q', messageId, content = '', redelivered = false, headers = {} } = parts;
  const message = {
    fields: { deliveryTag: ++tag, redelivered },
    properties: { messageId, headers },
    content: Buffer.from(content),
  };
  const acknowledger = parts.acknowledger ?? anAcknowledger();
  return new Delivery(queue, message as unknown as ConsumeMessage, acknowledger);
}

/** That of a channel which takes everything. */
function anAcknowledger(): Acknowledger {
  return new Acknowledger(channel, 100, () => {});
}
