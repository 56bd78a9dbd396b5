import type { BrokerClock } from '../common/clock.js';
import type { Message } from '../common/message.js';
import type { Profile } from '../common/profile.js';
import type { DeathReason, Queue } from './queue.js';

/** What a queue needs of the virtual host it is in. */
export interface QueueHost {
  readonly virtualHost: string;
  readonly clock: BrokerClock;
  readonly profile: Profile;
  /** How long consumers may take to settle, unless a queue says otherwise. */
  readonly consumerTimeoutMs: number;
  /** A message has died in the queue, perhaps after it had failed there: dead-letter it or let it go. */
  died(queue: Queue, message: Message, reason: DeathReason, hasFailed: boolean): void;
  /** The queue is not used any more: delete it. */
  abandoned(queue: Queue): void;
  /** The memory held for messages has changed by about so many bytes. */
  heldBytes(change: number): void;
}
