import type { ConsumerOptions, Delivery, LinkOptions } from '../amqp/index.js';
import type { Eqks } from './destinations.js';

/** What a consumer is made with. */
export interface GenericConsumerOptions
  extends LinkOptions,
    Pick<ConsumerOptions, 'prefetch' | 'concurrency'> {
  /** Where to take from, instead of the class's `eqks`. */
  readonly eqks?: Eqks | undefined;
}

/**
 * Told of each message. The next one starts when it returns, or its promise ends. It must not throw: what it throws is an
 * error that nobody catches, which ends the process, and the message goes back to its queue.
 */
export type DeliveryCallback = (delivery: Delivery) => void | Promise<void>;
