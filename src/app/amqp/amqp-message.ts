import type { Delivery, MessageProperties, VerifiedSender } from '../../amqp/index.js';

/**
 * What becomes of a message: `ack` it is done; `reject` it is refused, and goes to the queue's dead-letter exchange or away;
 * `requeue` it goes back to its queue, at once the first time, after a second's rest each further time.
 */
export type AmqpAction = 'ack' | 'reject' | 'requeue';

/** One message of a batch. What a handler says of it counts when the handler has ended, thrown or not; the last word holds. */
export class AmqpMessage<Body = unknown> {
  /** The body, read as the route says: from JSON, made into what its schema or class makes, or the bytes themselves. */
  readonly body: Body;
  readonly #delivery: Delivery;
  #verdict: AmqpAction | undefined;

  /** @internal */
  constructor(delivery: Delivery, body: Body) {
    this.#delivery = delivery;
    this.body = body;
  }

  /** The bytes as they came. */
  get serializedData(): Buffer {
    return this.#delivery.content;
  }

  /** The queue it came from. */
  get queue(): string {
    return this.#delivery.queue;
  }

  /** The exchange it was published to; `''` is the default one. */
  get exchange(): string {
    return this.#delivery.fields.exchange;
  }

  /** The routing key it was published with; that of its dead letter where it has died before. */
  get routingKey(): string {
    return this.#delivery.fields.routingKey;
  }

  /** True when the broker has delivered it before, to somebody who gave it back or died. */
  get redelivered(): boolean {
    return this.#delivery.redelivered;
  }

  /** The AMQP properties. They come from the sender: check what you trust. */
  get properties(): MessageProperties {
    return this.#delivery.properties as MessageProperties;
  }

  /** The headers, `{}` where there are none. */
  get headers(): Readonly<Record<string, unknown>> {
    return this.#delivery.properties.headers ?? {};
  }

  /** Who has sent it, as its signature shows. Undefined where nobody has looked (`identity: { verify }`), or it is not trusted. */
  get identity(): VerifiedSender | undefined {
    return this.#delivery.identity;
  }

  /** Says that this one is done, whatever becomes of the others. */
  accept(): void {
    this.#verdict = 'ack';
  }

  /** Says that this one is not done: it goes back to its queue, or with `requeue: false` to the dead-letter exchange, or away. */
  reject({ requeue = true }: { readonly requeue?: boolean } = {}): void {
    this.#verdict = requeue ? 'requeue' : 'reject';
  }

  /** @internal What the handler said. */
  get verdict(): AmqpAction | undefined {
    return this.#verdict;
  }

  /** @internal */
  get delivery(): Delivery {
    return this.#delivery;
  }
}
