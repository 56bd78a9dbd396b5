import {
  brokerReason,
  type Consumer,
  type Delivery,
  FailurePolicy,
  type Link,
  type Outgoing,
  type Publisher,
  type RetryPolicy,
} from '../amqp/index.js';
import { isWaybillError, toError } from '../errors.js';
import { dueQueue, heightFor, parkedAs, secondsOf } from './ladder.js';
import { Ladder } from './ladder-of-link.js';
import { againOnLadder, messageIn, secondsLeftOut } from './late-message.js';
import { RefusedExchanges } from './refused-exchanges.js';

/** How many are on their way at once. */
const width = 200;

/** Where a message was meant for may be away for a while: in the fourth run, after 21 seconds, it is given up. */
const usualRetry: RetryPolicy = { attempts: 4, delayMs: 1_000, factor: 4 };

/** How a {@link Forwarder} works. */
export interface ForwarderOptions {
  /** Who forwards: it stands in the dossiers of what could not be delivered. */
  readonly component: Readonly<Record<string, unknown>>;
  /** @default four runs, after 1, 4 and 16 seconds */
  readonly retry?: RetryPolicy | undefined;
}

/**
 * Sends what is due to where it was meant for. Each message is confirmed there before it is acked here, so a forwarder that dies makes two of
 * it, never none. What cannot be delivered is tried again from a queue of its own, and then parked: it holds up nobody. Any number of
 * them share the work.
 */
export class Forwarder {
  readonly #link: Link;
  readonly #failures: FailurePolicy;
  readonly #refused = new RefusedExchanges();
  /** n.b. an exchange that is not there costs the channel: that of others is left alone. */
  readonly #publisher: Publisher;
  #consumer: Consumer | undefined;
  #count = 0;

  private constructor(link: Link, { component, retry = usualRetry }: ForwarderOptions) {
    this.#link = link;
    this.#publisher = link.newPublisher();
    this.#failures = new FailurePolicy(link, {
      component,
      retry,
      onFailure: 'park',
      keptAs: () => parkedAs,
      hasDeadLetterExchange: () => false,
    });
  }

  /** Declares the exit, and takes from it. @throws ConnectError, TopologyError, ClosedError */
  static async start(link: Link, options: ForwarderOptions): Promise<Forwarder> {
    await Promise.all([link.openConsuming(), link.openPublishing()]);
    await Ladder.of(link).reach(0);
    const forwarder = new Forwarder(link, options);
    try {
      await forwarder.#open();
      return forwarder;
    } catch (thrown) {
      await forwarder.drain(0);
      throw thrown;
    }
  }

  /** What takes from the exit; undefined before it does. */
  get consumer(): Consumer | undefined {
    return this.#consumer;
  }

  /** How many messages it has sent on. */
  get count(): number {
    return this.#count;
  }

  /** Takes no more, waits up to `timeoutMs` for what is on its way, and ends. Never throws. */
  async drain(timeoutMs: number): Promise<void> {
    await this.#consumer?.drain({ timeoutMs });
    await this.#publisher.drain(0);
  }

  async #open(): Promise<void> {
    this.#consumer = await this.#link.openConsumer(this.#handle, { prefetch: width, concurrency: width });
    await this.#consumer.consume(dueQueue, { whenRefused: 'retry' });
  }

  readonly #handle = async (delivery: Delivery): Promise<void> => {
    try {
      await this.#forward(delivery);
      delivery.ack();
      this.#count++;
    } catch (thrown) {
      // What is not there any more comes again by itself.
      if (delivery.alive) await this.#failures.settle(delivery, { error: toError(thrown) });
    }
  };

  async #forward(delivery: Delivery): Promise<void> {
    const leftOut = secondsLeftOut(delivery);
    if (leftOut > 0) return await this.#sendBack(delivery, leftOut);
    const message = messageIn(delivery);
    this.#refused.assertOpen(message.exchange);
    await this.#publish(message).catch((thrown) => {
      if (isWaybillError(thrown, 'PUBLISH_REFUSED') && brokerReason(toError(thrown.cause)))
        this.#refused.add(message.exchange, thrown);
      throw thrown;
    });
  }

  /** Somebody has deleted a level: what should have waited there has come too early. */
  async #sendBack(delivery: Delivery, seconds: number): Promise<void> {
    const height = heightFor(Math.max(seconds, secondsOf(delivery.fields.routingKey) ?? 0));
    await Ladder.of(this.#link).mend(height);
    await this.#publish(againOnLadder(delivery, seconds));
  }

  async #publish(message: Outgoing): Promise<void> {
    await this.#publisher.publish(message, { sendAgain: false });
  }
}
