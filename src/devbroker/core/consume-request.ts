import { AmqpError, type FieldTable } from '../../protocol/index.js';
import { typeName } from './field-types.js';
import type { Queue } from './queue.js';

/** What a `basic.consume` asks for. */
export interface ConsumeRequest {
  readonly queue: string;
  /** Empty lets the broker choose one. */
  readonly consumerTag: string;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly arguments: FieldTable;
}

/** @throws AmqpError 406 for a priority that is no integer. */
export function readPriority(args: FieldTable, queue: Queue): number {
  const priority = args['x-priority'];
  if (priority === undefined) return 0;
  if (Number.isInteger(priority)) return priority as number;
  const reason = `"expected integer, got ${typeName(priority)}"`;
  throw new AmqpError('PRECONDITION_FAILED', `invalid arg 'x-priority' for ${queue.what}: ${reason}`);
}

/**
 * A consumer that is alone with its queue shuts others out, and single active consumers shut it out.
 *
 * @throws AmqpError 403 for a queue that is taken, 540 for a quorum queue and a prefetch of the whole channel.
 */
export function assertConsumable(queue: Queue, exclusive: boolean, hasChannelPrefetch: boolean): void {
  const { consumers, limits, what } = queue;
  if (hasChannelPrefetch && limits.type === 'quorum') {
    throw new AmqpError('NOT_IMPLEMENTED', `${what} does not support global qos`);
  }
  const isTaken = exclusive && (consumers.size > 0 || limits.singleActiveConsumer);
  if (isTaken || consumers.hasExclusive) throw new AmqpError('ACCESS_REFUSED', `${what} in exclusive use`);
}
