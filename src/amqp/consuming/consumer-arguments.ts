import { type Bounds, shown, wholeNumber } from '../../common/numbers.js';
import { ConfigurationError } from '../../errors.js';
import type { StreamOffset } from './stream-position.js';

/** What the broker may be told when a queue is consumed. */
export interface ConsumerArguments {
  /**
   * Consumers of a higher priority get what they can take before others get anything: `x-priority`, a whole number. Not for
   * streams. @default 0
   */
  readonly priority?: number | undefined;
  /**
   * Takes the queue for this consumer alone. Where somebody consumes it already, it cannot start (TopologyError, 403), and
   * nobody else may consume it meanwhile. For classic queues only: others know no such thing. For a successor that takes over,
   * and for quorum queues, declare the queue with `'x-single-active-consumer': true` instead. @default false
   */
  readonly exclusive?: boolean | undefined;
  /**
   * Where to begin in a stream (`'x-queue-type': 'stream'`). After a lost connection it goes on behind what was handled; where a
   * process begins that is started again is yours to keep: the header `x-stream-offset` of each message tells its place.
   * @default 'next'
   */
  readonly offset?: StreamOffset | undefined;
}

/** AMQP's `long-int`, which all versions of RabbitMQ take. */
const priorityBounds: Bounds = { min: -(2 ** 31), max: 2 ** 31 - 1 };

/**
 * Checks what is undefined only by its default.
 * @param owner whose settings these are, for people.
 * @throws ConfigurationError naming owner, setting, value and what is allowed
 */
export function checkConsumerArguments(
  owner: string,
  { priority, exclusive, offset }: ConsumerArguments,
): void {
  if (priority !== undefined) wholeNumber(`${owner}: priority`, priority, priorityBounds);
  if (exclusive !== undefined && typeof exclusive !== 'boolean')
    throw new ConfigurationError(`${owner}: exclusive must be true or false and is ${shown(exclusive)}.`);
  if (offset !== undefined && !isOffset(offset))
    throw new ConfigurationError(
      `${owner}: offset must be 'first', 'last', 'next', the number of a message, a valid Date, or a time such as '1h' ` +
        `(Y, M, D, h, m, s), and is ${shown(offset)}.`,
    );
}

function isOffset(offset: unknown): boolean {
  if (typeof offset === 'number') return Number.isSafeInteger(offset) && offset >= 0;
  if (offset instanceof Date) return !Number.isNaN(offset.getTime());
  return typeof offset === 'string' && /^(first|last|next|\d+[YMDhms])$/.test(offset);
}
