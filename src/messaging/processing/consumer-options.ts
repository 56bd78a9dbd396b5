import type { ConsumerOptions, Delivery, LinkOptions } from '../../amqp/index.js';
import type { Member } from '../../network/index.js';
import type { Eqks } from '../destinations.js';

/** What a consumer is made with. */
export interface GenericConsumerOptions
  extends LinkOptions,
    Pick<ConsumerOptions, 'prefetch' | 'concurrency' | 'slowHandlerMs'> {
  /** Where to take from, instead of the class's `eqks`. */
  readonly eqks?: Eqks | undefined;
  /** @internal The component that it takes for, as the network of components sees it. */
  readonly member?: Member | undefined;
}

/**
 * Told of each message. The next one starts when it returns, or its promise ends. What it throws is logged, and a message that it has
 * not settled by then is a failed one: kept in `<queue>.failed`, or rejected to the queue's own dead-letter exchange.
 */
export type DeliveryCallback = (delivery: Delivery) => void | Promise<void>;
