import { isControlFlow } from '../../common/control-flow.js';

/**
 * What becomes of a message, decided once, after all its handlers (seeds 1.1, "Fate of a delivery"):
 * `ack` it is done; `reject` refused on purpose; `fail` a handler could not do it; `keep` no handler is for it; or it is done
 * and the component ends as {@link End} says.
 */
export type Fate = 'ack' | 'reject' | 'fail' | 'keep' | End;

/** How a message ends its component: `leave` this processor only, `exit` the whole scheduler, or `restart`. */
export type End = 'leave' | 'exit' | 'restart';

/** The fate of a message whose handler threw this. */
export function fateOf(thrown: unknown): Fate {
  if (isControlFlow(thrown, 'REJECT_MESSAGE')) return 'reject';
  if (isControlFlow(thrown, 'ACK_AND_RESTART')) return 'restart';
  if (isControlFlow(thrown, 'EXIT_SCHEDULER')) return 'exit';
  if (isControlFlow(thrown, 'THREAD_DONE')) return 'leave';
  return 'fail';
}
