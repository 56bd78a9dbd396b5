import type { ConsumerArguments, GiveUp, RetryPolicy } from '../../amqp/index.js';
import type { TimeLimitOption } from '../../component/index.js';
import type { ContentType } from '../../wire/index.js';
import type { RouteContext } from '../common/route-context.js';
import type { AmqpConnection } from './amqp-connection.js';
import type { AmqpAction, AmqpMessage } from './amqp-message.js';

/** How messages of some queues are handled. What a consumer may be told holds for each of them. */
export interface AmqpRouteOptions extends ConsumerArguments, TimeLimitOption {
  /** Which connection, or its name; needed only where the app has several. */
  readonly connection?: AmqpConnection | string | undefined;
  /** The virtual host, exactly as it is called. @default the connection's */
  readonly vhost?: string | undefined;
  /** How many messages a batch has at most: a whole number from 1 on, and never more than the connection's prefetch. @default 1 */
  readonly bulkSize?: number | undefined;
  /** How long a message waits at most for its batch to fill, in milliseconds; `Infinity` for no limit. @default env `ASYNCWORKER_FLUSH_TIMEOUT` (seconds), else 60,000 */
  readonly flushIntervalMs?: number | undefined;
  /** How many batches are handled at once: a whole number from 1 on. @default as many as the prefetch allows; 1 keeps the order */
  readonly concurrency?: number | undefined;
  /** What becomes of messages that the handler said nothing about, when it has ended well. @default 'ack' */
  readonly onSuccess?: AmqpAction | undefined;
  /**
   * The same when it has thrown. What is requeued and fails a second time is a failure, as with `fail`: each message of the batch is
   * handled once more, alone; what fails then is tried again as `retry` says, then given up as `onFailure` says.
   * So is, without the requeue, what RabbitMQ 4.3 tells as redelivered because it was rejected to a dead-letter exchange. @default 'requeue'; with `offset` 'fail'
   */
  readonly onException?: AmqpAction | 'fail' | undefined;
  /** Tries a failure again, after a delay and without a plugin. @default none */
  readonly retry?: RetryPolicy | undefined;
  /**
   * What becomes of a message that is given up, or that nobody can read: `park` it in `<queue>.failed` with its story; `reject` it
   * to the queue's dead-letter exchange; `discard` it. @default 'park'
   */
  readonly onFailure?: GiveUp | undefined;
}

/** Reads bodies as JSON, and makes what a class or a Standard Schema makes; without one they are plain JSON values. */
export interface TypedBody<Body> {
  /** The class or Standard Schema that makes the body. @default none: the JSON value as it is */
  readonly body?: ContentType<Body>;
}

/** Leaves bodies as they are. */
export interface RawBody {
  readonly body: 'raw';
}

/** Handles one batch: never empty, in the order of arrival. */
export type AmqpHandler<Body = unknown> = (
  messages: readonly AmqpMessage<Body>[],
  context: RouteContext,
) => unknown;
