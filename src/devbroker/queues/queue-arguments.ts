import { AmqpError, type FieldTable } from '../../protocol/index.js';
import { ArgumentReader } from '../common/argument-reader.js';
import type { Profile } from '../common/profile.js';
import { checkFixedArguments, type QueueType, typesWith } from './fixed-arguments.js';

/** What happens to a message that would make a queue longer than it may be. */
export type Overflow = 'drop-head' | 'reject-publish' | 'reject-publish-dlx';

/** What a queue's arguments mean. */
export interface QueueLimits {
  readonly type: QueueType;
  readonly expiresMs: number | undefined;
  readonly messageTtlMs: number | undefined;
  readonly maxLength: number | undefined;
  readonly maxLengthBytes: number | undefined;
  readonly overflow: Overflow;
  readonly maxPriority: number | undefined;
  readonly deadLetterExchange: string | undefined;
  readonly deadLetterRoutingKey: string | undefined;
  readonly singleActiveConsumer: boolean;
  /** How often a message may come back; -1 lets none come back. */
  readonly deliveryLimit: number | undefined;
  /** How long a consumer may take to settle, where the queue says so. */
  readonly consumerTimeoutMs: number | undefined;
}

/**
 * Reads and checks the arguments of a queue.
 *
 * @throws AmqpError 406 naming the argument that is wrong.
 */
export function readQueueArguments(args: FieldTable, what: string, profile: Profile): QueueLimits {
  const read = new ArgumentReader(args, what);
  const types = ['classic', 'quorum', 'stream'] as const;
  const type = read.oneOf('x-queue-type', types, 'unsupported queue type') ?? 'classic';
  refuseOthers(Object.keys(args), type, what, profile);
  const limits: QueueLimits = {
    type,
    expiresMs: read.time('x-expires', 1),
    messageTtlMs: read.time('x-message-ttl', 0),
    maxLength: read.integer('x-max-length', 0),
    maxLengthBytes: read.integer('x-max-length-bytes', 0),
    overflow:
      read.oneOf('x-overflow', ['drop-head', 'reject-publish', 'reject-publish-dlx'], 'invalid_overflow') ??
      'drop-head',
    maxPriority: read.integer('x-max-priority', 0, 255),
    deadLetterExchange: read.text('x-dead-letter-exchange'),
    deadLetterRoutingKey: read.text('x-dead-letter-routing-key'),
    singleActiveConsumer: read.flag('x-single-active-consumer') ?? false,
    deliveryLimit: type === 'quorum' ? readDeliveryLimit(read, profile) : undefined,
    consumerTimeoutMs: readConsumerTimeout(read, profile),
  };
  checkFixedArguments(read, profile);
  if (limits.deadLetterRoutingKey !== undefined && limits.deadLetterExchange === undefined) {
    throw read.refuse('x-dead-letter-routing-key', 'routing_key_but_no_dlx_defined');
  }
  return limits;
}

/** @throws AmqpError 406 when an argument is there that queues of another type have. */
function refuseOthers(names: readonly string[], type: QueueType, what: string, profile: Profile): void {
  const other = names.find((name) => typesWith(name, profile)?.includes(type) === false);
  if (other === undefined) return;
  const text = `invalid arg '${other}' for ${what} of queue type rabbit_${type}_queue`;
  throw new AmqpError('PRECONDITION_FAILED', text);
}

/** One that is no number counts as none. */
function readDeliveryLimit(read: ArgumentReader, profile: Profile): number | undefined {
  const limit = read.anyInteger('x-delivery-limit') ?? profile.defaultDeliveryLimit;
  if (limit === undefined || limit >= 0) return limit;
  return profile.negativeDeliveryLimit === 'no limit' ? undefined : -1;
}

function readConsumerTimeout(read: ArgumentReader, profile: Profile): number | undefined {
  const name = 'x-consumer-timeout';
  if (!profile.uncheckedArguments.includes(name)) return read.integer(name, 0);
  const timeout = profile.consumerTimeoutArgument ? read.anyInteger(name) : undefined;
  return timeout !== undefined && timeout >= 0 ? timeout : undefined;
}
