import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { isRefusal } from '../connection/broker-error.js';
import { takeMessages } from '../frames/amqplib-internals.js';

/** RabbitMQ's address for replies that needs no queue; it works on the channel that publishes the request only. */
export const directReplyTo = 'amq.rabbitmq.reply-to';

/** A message that came to an {@link Inbox}. */
export type Received = Pick<ConsumeMessage, 'content' | 'properties'>;

/**
 * Where replies arrive, on the channel that publishes the requests: the direct reply-to address, and queues of one's
 * own. They are made again, under the same names, on each new channel. Nothing here is acked: a reply is taken at once.
 */
export class Inbox {
  readonly #listeners = new Map<string, (message: Received) => void>();
  /** Refused once: they must not keep the others from a new channel. */
  readonly #refused = new Set<string>();
  #channel: ConfirmChannel | undefined;
  /** What was asked for on that channel. Who listens while it is set up is in the list that is gone through, too: twice the broker refuses. */
  #asked = new Map<string, Promise<void>>();

  /** Makes a new channel receive what is listened to. */
  readonly setUp = async (channel: ConfirmChannel): Promise<void> => {
    this.#channel = channel;
    this.#asked = new Map();
    takeMessages(channel, (message, tag) => this.#listeners.get(addressOf(tag))?.(message));
    for (const address of this.#listeners.keys()) {
      if (!this.#refused.has(address))
        await this.#receive(channel, address).catch((thrown) => this.#note(address, thrown));
    }
  };

  /** Listens on an address: {@link directReplyTo}, or the name of a queue that is made for it. */
  async listen(address: string, onMessage: (message: Received) => void): Promise<void> {
    this.#listeners.set(address, onMessage);
    // A channel that is gone, or goes now, is replaced, and the new one begins with setUp.
    if (this.#channel) await this.#receive(this.#channel, address).catch(() => {});
  }

  /** Stops listening, and removes the queue. Never rejects. */
  async ignore(address: string): Promise<void> {
    this.#listeners.delete(address);
    this.#refused.delete(address);
    this.#asked.delete(address);
    if (address !== directReplyTo) await this.#remove(address).catch(() => {});
  }

  /** A queue may still belong to a connection of which the broker does not know that it is lost. */
  #note(address: string, thrown: unknown): never {
    if (isRefusal(thrown)) this.#refused.add(address);
    throw thrown;
  }

  async #remove(address: string): Promise<void> {
    await this.#channel?.deleteQueue(address);
  }

  #receive(channel: ConfirmChannel, address: string): Promise<void> {
    const asked = this.#asked.get(address) ?? this.#consume(channel, address);
    this.#asked.set(address, asked);
    return asked;
  }

  async #consume(channel: ConfirmChannel, address: string): Promise<void> {
    if (address !== directReplyTo)
      await channel.assertQueue(address, { exclusive: true, autoDelete: true, durable: false });
    const take = (message: Received | null): void =>
      void (message && this.#listeners.get(address)?.(message));
    await channel.consume(address, take, { noAck: true, consumerTag: tagFor(address) });
  }
}

const tagPrefix = 'waybill ';

/** What comes to an address is known by the tag of its consumer. */
function tagFor(address: string): string {
  return tagPrefix + address;
}

function addressOf(tag: string): string {
  return tag.slice(tagPrefix.length);
}
