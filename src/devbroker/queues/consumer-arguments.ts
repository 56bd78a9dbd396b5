import { AmqpError, type FieldTable } from '../../protocol/index.js';
import { ArgumentReader } from '../common/argument-reader.js';
import type { Profile } from '../common/profile.js';
import type { QueueType } from './fixed-arguments.js';
import type { Queue } from './queue.js';

/** What the arguments of a consumer mean. */
export interface ConsumerArguments {
  /** Higher ones are served first. */
  readonly priority: number;
  /** How long it may take to settle, where it says so itself. */
  readonly timeoutMs: number | undefined;
}

/** The arguments that some version knows, each with the types of queues whose consumers have it. */
const types: Readonly<Record<string, readonly QueueType[]>> = {
  'x-priority': ['classic', 'quorum'],
  'x-cancel-on-ha-failover': ['classic'],
  'x-consumer-timeout': ['quorum'],
  'x-stream-offset': ['stream'],
};

/** @throws AmqpError 406 for an argument that consumers of other queues have, and for a value that is no integer. */
export function readConsumerArguments(
  args: FieldTable,
  { limits: { type }, what }: Queue,
  { consumerArguments }: Profile,
): ConsumerArguments {
  const other = consumerArguments.find((name) => args[name] !== undefined && !types[name]?.includes(type));
  if (other !== undefined) {
    const text = `invalid arg '${other}' for ${what} of queue type rabbit_${type}_queue`;
    throw new AmqpError('PRECONDITION_FAILED', text);
  }
  const read = new ArgumentReader(args, what);
  const hasTimeout = consumerArguments.includes('x-consumer-timeout');
  return {
    priority: read.integer('x-priority', Number.MIN_SAFE_INTEGER) ?? 0,
    timeoutMs: hasTimeout ? read.integer('x-consumer-timeout', 0) : undefined,
  };
}
