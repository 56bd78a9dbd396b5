import type { ChannelModel } from 'amqplib';
import type { Logger } from '../../logger.js';
import type { RecoveringConnection } from '../connection/recovering-connection.js';
import type { Acknowledger } from './acknowledger.js';
import type { ConsumerArguments } from './consumer-arguments.js';
import type { Delivery } from './delivery.js';

/** What a subscription needs from its consumer. */
export interface SubscriptionHost {
  readonly connection: RecoveringConnection;
  readonly logger: Logger;
  /** How many unsettled messages the broker hands us; for a moment more, while it changes channels. */
  readonly prefetch: number;
  /** How many handlers run at once. */
  readonly concurrency: number;
  /** Declares again what is consumed, after the broker has taken it away. */
  readonly redeclare: ((model: ChannelModel) => Promise<void>) | undefined;
  /** A message has come. */
  deliver(delivery: Delivery): void;
  /** Whether a message came back so often that it may have ended the processes that ran it. */
  isSuspect(delivery: Delivery): boolean;
  /** Whether the same message still runs here. */
  isTwin(delivery: Delivery): boolean;
  /** Gives back what a channel has delivered and nobody has begun. */
  returnWaiting(acknowledger: Acknowledger): void;
  /** Of these deliveries of one channel the broker has taken back those that were not settled in time. */
  overdue(deliveries: readonly Delivery[]): void;
  /** Told after each settlement. */
  settled(): void;
  /** A channel is gone, and its deliveries with it: the broker hands them out again. */
  lost(): void;
}

/** How a queue is consumed, and what its declaration tells. */
export interface QueueTraits extends ConsumerArguments {
  /** The arguments with which it was declared, where that is known. */
  readonly declared: Readonly<Record<string, unknown>>;
}
