import type { BrokerEvent, Message } from '../devbroker/index.js';
import { RecordedMessage } from './recorded-message.js';
import type { Delivered, Died, Published, Returned, Routed, Settled } from './records.js';

/** Keeps what a broker tells, by kind and in order. One message is one object in all records. */
export class Recorder {
  readonly published: Published[] = [];
  readonly routed: Routed[] = [];
  readonly delivered: Delivered[] = [];
  readonly settled: Settled[] = [];
  readonly returned: Returned[] = [];
  readonly died: Died[] = [];
  /** What the broker told clients when it closed a channel or connection on them. */
  readonly errors: string[] = [];
  readonly #known = new WeakMap<Message, RecordedMessage>();

  record(event: BrokerEvent): void {
    if (event.type === 'error') this.errors.push(`${event.connection}: ${event.text}`);
    else if ('message' in event) this.#recordMessage(event);
  }

  /** The record of a message. */
  of(message: Message): RecordedMessage {
    let record = this.#known.get(message);
    if (!record) {
      record = new RecordedMessage(message);
      this.#known.set(message, record);
    }
    return record;
  }

  clear(): void {
    const { published, routed, delivered, settled, returned, died, errors } = this;
    for (const list of [published, routed, delivered, settled, returned, died, errors]) list.length = 0;
  }

  #recordMessage(event: Extract<BrokerEvent, { readonly message: Message }>): void {
    const message = this.of(event.message);
    switch (event.type) {
      case 'published':
        this.published.push({ connection: event.connection, message });
        break;
      case 'routed':
        this.routed.push({ queues: event.queues, message });
        break;
      case 'delivered': {
        const { connection, queue, consumerTag, redelivered } = event;
        this.delivered.push({ connection, queue, consumerTag, redelivered, message });
        break;
      }
      case 'settled': {
        const { connection, queue, settlement } = event;
        this.settled.push({ connection, queue, settlement, message });
        break;
      }
      case 'returned':
        this.returned.push({ message });
        break;
      case 'died':
        this.died.push({ queue: event.queue, reason: event.reason, message });
        break;
    }
  }
}
