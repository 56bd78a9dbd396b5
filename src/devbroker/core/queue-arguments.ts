import { AmqpError, type FieldTable, type FieldValue } from '../../protocol/index.js';
import { typeName } from './field-types.js';
import type { Profile } from './profile.js';

/** What happens to a message that would make a queue longer than it may be. */
export type Overflow = 'drop-head' | 'reject-publish' | 'reject-publish-dlx';

/** What a queue's arguments mean. */
export interface QueueLimits {
  readonly type: 'classic' | 'quorum';
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

/** The arguments that must be the same when a queue is declared again. */
export const comparedArguments: readonly string[] = [
  'x-expires',
  'x-message-ttl',
  'x-dead-letter-exchange',
  'x-dead-letter-routing-key',
  'x-dead-letter-strategy',
  'x-max-length',
  'x-max-length-bytes',
  'x-max-in-memory-length',
  'x-max-in-memory-bytes',
  'x-max-priority',
  'x-overflow',
  'x-queue-mode',
  'x-queue-version',
  'x-single-active-consumer',
  'x-queue-type',
  'x-queue-master-locator',
  'x-quorum-initial-group-size',
  'x-delivery-limit',
  'x-consumer-timeout',
];

/** What the other type of queue has. */
const unsupported = {
  classic: [
    'x-delivery-limit',
    'x-quorum-initial-group-size',
    'x-dead-letter-strategy',
    'x-max-in-memory-length',
    'x-max-in-memory-bytes',
    'x-consumer-timeout',
  ],
  quorum: ['x-max-priority', 'x-queue-mode', 'x-queue-version', 'x-queue-master-locator'],
} as const;

/** The longest time RabbitMQ accepts: what fits an unsigned 32-bit integer. */
const LONGEST_MS = 0xffff_ffff;

/**
 * Reads and checks the arguments of a queue.
 *
 * @throws AmqpError 406 naming the argument that is wrong.
 */
export function readQueueArguments(args: FieldTable, what: string, profile: Profile): QueueLimits {
  const read = new ArgumentReader(args, what);
  const type = read.oneOf('x-queue-type', ['classic', 'quorum'], 'unsupported queue type') ?? 'classic';
  const { uncheckedArguments } = profile;
  const refused = unsupported[type].filter((name) => !uncheckedArguments.includes(name));
  read.refuseAny(refused, `of queue type rabbit_${type}_queue`);
  const limits: QueueLimits = {
    type,
    expiresMs: read.integer('x-expires', 1, LONGEST_MS),
    messageTtlMs: read.integer('x-message-ttl', 0, LONGEST_MS),
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
    consumerTimeoutMs: readConsumerTimeout(read, args, profile),
  };
  if (profile.checksQueueMode) read.oneOf('x-queue-mode', ['default', 'lazy'], 'unsupported queue mode');
  read.integer('x-queue-version', profile.oldestQueueVersion, 2);
  if (limits.deadLetterRoutingKey !== undefined && limits.deadLetterExchange === undefined) {
    throw read.refuse('x-dead-letter-routing-key', 'routing_key_but_no_dlx_defined');
  }
  return limits;
}

function readDeliveryLimit(read: ArgumentReader, profile: Profile): number | undefined {
  const limit = read.integer('x-delivery-limit', Number.MIN_SAFE_INTEGER) ?? profile.defaultDeliveryLimit;
  if (limit === undefined || limit >= 0) return limit;
  return profile.negativeDeliveryLimit === 'no limit' ? undefined : -1;
}

function readConsumerTimeout(
  read: ArgumentReader,
  args: FieldTable,
  { consumerTimeoutArgument, uncheckedArguments }: Profile,
): number | undefined {
  if (!consumerTimeoutArgument) return undefined;
  if (!uncheckedArguments.includes('x-consumer-timeout')) return read.integer('x-consumer-timeout', 0);
  const timeout = toInteger(args['x-consumer-timeout']);
  return timeout !== undefined && timeout >= 0 ? timeout : undefined;
}

class ArgumentReader {
  readonly #args: FieldTable;
  readonly #what: string;

  constructor(args: FieldTable, what: string) {
    this.#args = args;
    this.#what = what;
  }

  refuse(name: string, reason: string): AmqpError {
    return new AmqpError('PRECONDITION_FAILED', `invalid arg '${name}' for ${this.#what}: ${reason}`);
  }

  integer(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.#args[name];
    if (value === undefined) return undefined;
    const number = toInteger(value);
    if (number === undefined) throw this.refuse(name, `"expected integer, got ${typeName(value)}"`);
    if (number < least) throw this.refuse(name, `{value_${number < 0 ? 'negative' : 'zero'},${number}}`);
    if (number > most) throw this.refuse(name, `{max_value_exceeded,${number}}`);
    return number;
  }

  text(name: string): string | undefined {
    return this.#typed(name, 'string') as string | undefined;
  }

  flag(name: string): boolean | undefined {
    return this.#typed(name, 'boolean') as boolean | undefined;
  }

  /** @throws AmqpError 406 when any of the arguments is there. */
  refuseAny(names: readonly string[], because: string): void {
    const name = names.find((each) => this.#args[each] !== undefined);
    if (name === undefined) return;
    throw new AmqpError('PRECONDITION_FAILED', `invalid arg '${name}' for ${this.#what} ${because}`);
  }

  oneOf<const T extends string>(name: string, allowed: readonly T[], complaint: string): T | undefined {
    const value = this.text(name);
    if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
    throw this.refuse(name, `"${complaint} '${value}'"`);
  }

  #typed(name: string, type: 'string' | 'boolean'): FieldValue {
    const value = this.#args[name];
    if (value === undefined) return undefined;
    const given = typeof value;
    const expected = type === 'string' ? 'longstr' : 'bool';
    if (given !== type) throw this.refuse(name, `"expected ${expected}, got ${typeName(value)}"`);
    return value;
  }
}

function toInteger(value: FieldValue): number | undefined {
  if (typeof value === 'bigint') return Number(value);
  return Number.isInteger(value) ? (value as number) : undefined;
}
