import type { Message } from 'amqplib';
import type { Outgoing } from '../frames/outgoing.js';

/**
 * What the broker has returned as unroutable and not confirmed yet. An id that users give may be that of several messages, to several
 * places, that are under way at the same time.
 */
export class ReturnedMessages {
  readonly #counts = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  add({ fields, properties }: Message): void {
    const key = keyOf(properties.messageId, fields.exchange, fields.routingKey);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Whether this message was returned; it is told once for each return. */
  take({ exchange, routingKey, properties: { messageId } }: Outgoing): boolean {
    const key = keyOf(messageId, exchange, routingKey);
    const count = this.#counts.get(key) ?? 0;
    if (count > 1) this.#counts.set(key, count - 1);
    else this.#counts.delete(key);
    return messageId !== undefined && count > 0;
  }

  clear(): void {
    this.#counts.clear();
  }
}

function keyOf(messageId: unknown, exchange: string, routingKey: string): string {
  return JSON.stringify([messageId, exchange, routingKey]);
}
