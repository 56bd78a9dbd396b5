import type { Message } from '../common/message.js';
import type { Profile } from '../common/profile.js';
import type { QueueLimits } from './queue-arguments.js';

/** The priority that a message has in a queue. */
export type PriorityOf = (message: Message) => number;

/** Below this, a quorum queue with two classes of priorities puts a message into the lower one. */
const FIRST_OF_HIGHER_CLASS = 5;

/** What a message without a priority has in a quorum queue that has 32 of them. */
const USUAL = 4;
const HIGHEST = 31;

/** How a queue reads the priorities of messages. */
export function priorityRule({ type, maxPriority = 0 }: QueueLimits, profile: Profile): PriorityOf {
  const rule = type === 'quorum' ? profile.quorumPriorities : 'as declared';
  if (rule === 'two classes')
    return ({ properties }) => ((properties.priority ?? 0) < FIRST_OF_HIGHER_CLASS ? 0 : 1);
  if (rule === 'strict') return ({ properties }) => Math.min(properties.priority ?? USUAL, HIGHEST);
  if (rule === 'none' || maxPriority === 0) return () => 0;
  return ({ properties }) => Math.min(properties.priority ?? 0, maxPriority);
}

/** How many messages of the highest priority leave until it is the turn of one of the next; undefined for all. */
export function turnsOf({ type }: QueueLimits, { quorumPriorities }: Profile): number | undefined {
  return type === 'quorum' && quorumPriorities === 'two classes' ? 2 : undefined;
}
