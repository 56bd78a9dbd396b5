import type { ConsumeMessage, ConsumeMessageFields, MessageProperties as ReceivedProperties } from 'amqplib';
import type { Acknowledger } from './acknowledger.js';

/**
 * A message that the broker has handed to us. It must be settled once, by `ack`, `reject` or `giveBack`; the first of them counts
 * and later ones do nothing, so a double settlement can never close the channel.
 */
export class Delivery {
  readonly queue: string;
  readonly #message: ConsumeMessage;
  readonly #acknowledger: Acknowledger;
  readonly #receivedAt = performance.now();
  #settled = false;
  #onSettled: ((acked: boolean) => void) | undefined;

  constructor(queue: string, message: ConsumeMessage, acknowledger: Acknowledger) {
    this.queue = queue;
    this.#message = message;
    this.#acknowledger = acknowledger;
    acknowledger.delivered();
  }

  /** The body, as it came. */
  get content(): Buffer {
    return this.#message.content;
  }

  get properties(): ReceivedProperties {
    return this.#message.properties;
  }

  get fields(): ConsumeMessageFields {
    return this.#message.fields;
  }

  /** True when the broker has handed it out before: to a consumer that died, or that gave it back. */
  get redelivered(): boolean {
    return this.#message.fields.redelivered;
  }

  /** True when its `expiration` has passed while it waited in this process, where the broker cannot drop it any more. */
  get expired(): boolean {
    const lifeMs = Number(this.#message.properties.expiration ?? Number.POSITIVE_INFINITY);
    return performance.now() - this.#receivedAt > lifeMs;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** False when its channel is gone: it will be delivered again, whatever we do now. */
  get alive(): boolean {
    return this.#acknowledger.alive;
  }

  /** Done: the broker forgets the message. Written at the end of the turn, joined with others. */
  ack(): void {
    if (this.#settle(true)) this.#acknowledger.ack(this.#message.fields.deliveryTag);
  }

  /**
   * Refused: dropped, or dead-lettered where the queue has a dead-letter exchange. With `requeue` it goes back to its queue
   * as failed: on a quorum queue that counts towards the delivery limit.
   */
  reject({ requeue = false }: { readonly requeue?: boolean } = {}): void {
    if (this.#settle(false)) this.#acknowledger.reject(this.#message.fields.deliveryTag, requeue);
  }

  /**
   * Not begun: it goes back to its queue, for somebody else. On quorum queues RabbitMQ counts this as a failed delivery
   * before 4.3, and not any more since.
   */
  giveBack(): void {
    if (this.#settle(false)) this.#acknowledger.giveBack(this.#message.fields.deliveryTag);
  }

  /** @internal Calls back once, when it is settled. */
  whenSettled(callback: (acked: boolean) => void): void {
    this.#onSettled = callback;
  }

  #settle(acked: boolean): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#onSettled?.(acked);
    return true;
  }
}
