import type { ChannelModel } from 'amqplib';
import type { ConnectionLostError } from '../../errors.js';

/** What happens to a RecoveringConnection. */
export interface ConnectionEvents {
  /** Connected, for the first time or again; the topology is in place. */
  readonly up: [model: ChannelModel];
  /** Lost; it is being made again. */
  readonly down: [error: ConnectionLostError];
  /** An attempt to make it again has failed; attempts count from 1 in each outage. */
  readonly failed: [error: Error, attempt: number];
  /** The broker takes no messages on it for now. */
  readonly blocked: [reason: string];
  /** The broker takes messages again. */
  readonly unblocked: [];
}
