import type { Arguments } from '../amqp/index.js';
import type { ReceivedMessage } from './message.js';

/**
 * How an exchange is declared. All defaults are written out here; py-amqplib deletes an unused exchange by default,
 * Waybill does not.
 */
export interface ExchangeOptions {
  /** Only asks whether it is there. @default false */
  readonly passive?: boolean | undefined;
  /** Survives a restart of the broker. @default true */
  readonly durable?: boolean | undefined;
  /** Goes away with its last binding. @default false */
  readonly autoDelete?: boolean | undefined;
  /** Takes messages from other exchanges only. @default false */
  readonly internal?: boolean | undefined;
  /** Arguments in the words of the broker, for example `{ 'alternate-exchange': 'lost' }`. @default none */
  readonly arguments?: Arguments | undefined;
}

/** How a queue is declared. */
export interface QueueOptions {
  /** Only asks whether it is there. @default false */
  readonly passive?: boolean | undefined;
  /** Survives a restart of the broker. @default true */
  readonly durable?: boolean | undefined;
  /** For this connection only; it goes away with it. @default false */
  readonly exclusive?: boolean | undefined;
  /** Goes away with its last consumer. @default false */
  readonly autoDelete?: boolean | undefined;
  /** Arguments in the words of the broker, for example `{ 'x-queue-type': 'quorum' }`. @default none */
  readonly arguments?: Arguments | undefined;
}

/** A queue as the broker tells it when it is declared. */
export interface DeclaredQueue {
  /** The queue's name; made by the broker (`amq.gen-…`) where none was given. */
  readonly queue: string;
  /** How many messages are ready in the queue. */
  readonly messageCount: number;
  /** How many consumers take from the queue, of all connections. */
  readonly consumerCount: number;
}

/** Where one message is published to. */
export interface PublishTarget {
  /** The exchange to publish to. @default '': the default exchange; the routing key is then the name of a queue */
  readonly exchange?: string | undefined;
  /** The routing key. @default '' */
  readonly routingKey?: string | undefined;
  /** True: the broker sends a message back that reaches no queue; it is then among `channel.returned`. @default false */
  readonly mandatory?: boolean | undefined;
}

/** How a queue is consumed. */
export interface ConsumeOptions {
  /** The name of the consumer on its channel. @default one that the broker makes */
  readonly consumerTag?: string | undefined;
  /** True: no message is acked, since each one counts as done when it is sent. @default false */
  readonly noAck?: boolean | undefined;
  /** True: no other consumer may take from the queue. @default false */
  readonly exclusive?: boolean | undefined;
  /**
   * Arguments of the consumer; for a stream `x-stream-offset`: 'first', 'last', 'next' (the default), a number, a time
   * ago as '1h', or a Date.
   */
  readonly arguments?: Arguments | undefined;
  /** Called with each message as it comes. Without it, iterate over what `consume` gives. What it throws is logged. */
  readonly onMessage?: ((message: ReceivedMessage) => unknown) | undefined;
}
