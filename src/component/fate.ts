import { isControlFlow } from '../common/control-flow.js';

/**
 * What becomes of a message, decided once, when all that was to be done for it is done:
 * `ack` it is done; `reject` refused on purpose; `fail` it could not be done; `keep` no handler is for it; or it is done, and the
 * component ends as {@link End} says.
 */
export type Fate = 'ack' | 'reject' | 'fail' | 'keep' | End;

/** How a message ends its component: `leave` this one only, `exit` the whole scheduler, or `restart`. */
export type End = 'leave' | 'exit' | 'restart';

const toBeKept = new WeakSet<object>();

/** An error that says of its message that no handler is for it: it is kept, whatever becomes of those that fail. */
export function keeping<E extends Error>(error: E): E {
  toBeKept.add(error);
  return error;
}

/** The fate of a message for which this was thrown. */
export function fateOf(thrown: unknown): Exclude<Fate, 'ack'> {
  if (isControlFlow(thrown, 'REJECT_MESSAGE')) return 'reject';
  if (isControlFlow(thrown, 'ACK_AND_RESTART')) return 'restart';
  if (isControlFlow(thrown, 'EXIT_SCHEDULER')) return 'exit';
  if (isControlFlow(thrown, 'THREAD_DONE')) return 'leave';
  // n.b. what a user throws must not be looked at in other ways: it may be a trap.
  return toBeKept.has(thrown as object) ? 'keep' : 'fail';
}
