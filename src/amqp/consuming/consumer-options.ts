import type { ChannelModel } from 'amqplib';
import type { ConsumerArguments } from './consumer-arguments.js';
import type { Delivery } from './delivery.js';
import type { HandlerRun } from './handler-run.js';

/**
 * Gives the headers by which the copy of a message is known that is put aside: it says how the message had come. Undefined where there is
 * nothing to say. @param home the queue to which it may come back
 */
export type Seal = (delivery: Delivery, home: string) => Readonly<Record<string, string>> | undefined;

/** How a consumer takes messages. */
export interface ConsumerOptions {
  /** How many unsettled messages the broker hands us, for each queue. @default 100 */
  readonly prefetch?: number | undefined;
  /** How many handlers run at once; 1 keeps the order. @default 1 */
  readonly concurrency?: number | undefined;
  /**
   * From when on a handler is told by health, in milliseconds. Where all that may run at once have run for that long and
   * messages wait, the component is not well. @default 900,000: half of what RabbitMQ waits for an ack
   */
  readonly slowHandlerMs?: number | undefined;
  /** Whether it is nobody's matter but ours: neither health nor figures tell of it. @default false */
  readonly isInternal?: boolean | undefined;
  /** What of its messages runs and waits, where `handle` hands them on at once. @default what it has begun itself, and what not yet */
  readonly held?: (() => HeldDeliveries) | undefined;
  /** Declares what the consumer needs again, after the broker has cancelled it (its queue was deleted). */
  readonly redeclare?: ((model: ChannelModel) => Promise<void>) | undefined;
  /** The arguments with which a queue was declared here, where that is known. */
  readonly argumentsOf?: ((queue: string) => Readonly<Record<string, unknown>>) | undefined;
  /** Settles a message that is not run, for the reason given. Without it such a message is run. */
  readonly giveUp?: ((delivery: Delivery, reason: Error) => void) | undefined;
  /** Gives the headers by which a copy is known for what it was, where it is signed. */
  readonly seal?: Seal | undefined;
  /** Puts a message that was given back too often at the end of its queue, and acks it here. False for any other. */
  readonly putAnew?: ((delivery: Delivery) => boolean) | undefined;
}

/** Messages that are in this process. */
export interface HeldDeliveries {
  readonly running: Iterable<Delivery>;
  readonly waiting: Iterable<Delivery>;
}

/** How much a consumer takes at once, while it runs. @see ConsumerOptions */
export interface Pace {
  readonly prefetch: number;
  readonly concurrency: number;
}

/** How one queue is consumed. */
export interface ConsumeOptions extends ConsumerArguments {
  /**
   * What a refusal means, for whoever does not declare the queue himself: `throw` an error, or `retry` with back-off, until
   * the queue is there. @default 'throw'
   */
  readonly whenRefused?: 'throw' | 'retry' | undefined;
}

/** What was left when the time for draining ran out. */
export interface DrainReport {
  /** Handlers that were still running. Their messages go back to the queue. */
  readonly unfinished: number;
  /** Which they were, those of which that is known. */
  readonly runs: readonly HandlerRun[];
}
