import { AmqpError, type FieldTable } from '../../protocol/index.js';
import type { Profile } from '../common/profile.js';
import { notImplemented } from '../common/texts.js';
import type { Queue } from './queue.js';
import { checkOffset } from './stream-offset.js';

/** What a `basic.consume` asks for. */
export interface ConsumeRequest {
  readonly queue: string;
  /** Empty lets the broker choose one. */
  readonly consumerTag: string;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly arguments: FieldTable;
}

/** What a consumer would have. */
export interface WantedConsumer {
  readonly noAck: boolean;
  readonly exclusive: boolean;
  readonly prefetch: number;
  /** Whether there is a prefetch of the whole channel. */
  readonly hasChannelPrefetch: boolean;
  readonly arguments: FieldTable;
}

/**
 * A consumer that is alone with its queue shuts others out, and single active consumers shut it out; quorum queues and streams
 * pass over it.
 *
 * @throws AmqpError 403 for a queue that is taken, 540 for a quorum queue and a prefetch of the whole channel.
 */
export function assertConsumable(queue: Queue, wanted: WantedConsumer, profile: Profile): void {
  const { consumers, limits, what } = queue;
  const { exclusive, hasChannelPrefetch } = wanted;
  if (queue.isStream) {
    assertReadable(queue, wanted, profile);
    return;
  }
  if (hasChannelPrefetch && limits.type === 'quorum') {
    throw notImplemented(`${what} does not support global qos`);
  }
  if (limits.type === 'quorum') return;
  const isTaken = exclusive && (consumers.size > 0 || limits.singleActiveConsumer);
  if (isTaken || consumers.hasExclusive) throw new AmqpError('ACCESS_REFUSED', `${what} in exclusive use`);
}

/** Streams are shared by all, and read only as fast as their consumers say. */
function assertReadable({ what }: Queue, wanted: WantedConsumer, profile: Profile): void {
  if (wanted.noAck) throw notImplemented(`automatic acknowledgement not supported by stream ${what}`);
  if (wanted.prefetch === 0) {
    throw new AmqpError('PRECONDITION_FAILED', `consumer prefetch count is not set for stream ${what}`);
  }
  if (wanted.hasChannelPrefetch) throw notImplemented(`${what} does not support global qos`);
  checkOffset(wanted.arguments['x-stream-offset'], profile);
}
