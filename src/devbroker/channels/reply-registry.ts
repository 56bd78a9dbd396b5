import { randomBytes } from 'node:crypto';
import type { Message } from '../common/message.js';

/** The name under which a client consumes replies that pass no queue (RabbitMQ, "Direct Reply-to"). */
export const REPLY_QUEUE = 'amq.rabbitmq.reply-to';

/** What the names look like that lead to one of them. */
const shape = /^amq\.rabbitmq\.reply-to\.[\w-]{22}\.[\w-]{11}$/;

/** Takes replies for one consumer. */
export type ReplyTaker = (message: Message) => void;

/** Who waits for direct replies, by the names they can be reached under. */
export class ReplyRegistry {
  readonly #takers = new Map<string, ReplyTaker>();

  /** Registers a taker and returns the name that leads to it. */
  add(take: ReplyTaker): string {
    const name = `${REPLY_QUEUE}.${randomBytes(16).toString('base64url')}.${randomBytes(8).toString('base64url')}`;
    this.#takers.set(name, take);
    return name;
  }

  remove(name: string): void {
    this.#takers.delete(name);
  }

  has(name: string): boolean {
    return this.#takers.has(name);
  }

  /** Whether a message goes to whoever waits for direct replies, or waited: a name that could be one of these says so. */
  isMeantBy({ exchange, routingKeys }: Message): boolean {
    return exchange === '' && routingKeys.some((key) => shape.test(key));
  }

  /** Gives a message to whoever waits under its routing keys, and says whether anybody did. */
  deliver(message: Message): boolean {
    let isTaken = false;
    for (const key of message.routingKeys) {
      const take = key.startsWith(`${REPLY_QUEUE}.`) ? this.#takers.get(key) : undefined;
      take?.(message);
      isTaken ||= take !== undefined;
    }
    return isTaken;
  }
}
