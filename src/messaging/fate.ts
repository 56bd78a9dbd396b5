import { isExitScheduler, isThreadDone } from '../scheduler/index.js';
import { hasCode } from './control-flow.js';

/**
 * What becomes of a message, decided once, after all its handlers (seeds 1.1, "Fate of a delivery"):
 * `ack` it is done; `reject` refused on purpose; `fail` a handler could not do it; `restart` and `exit` it is done, and
 * the component restarts or ends.
 */
export type Fate = 'ack' | 'reject' | 'fail' | 'restart' | 'exit';

/** The fate of a message whose handler threw this. */
export function fateOf(thrown: unknown): Fate {
  if (hasCode(thrown, 'REJECT_MESSAGE')) return 'reject';
  if (hasCode(thrown, 'ACK_AND_RESTART')) return 'restart';
  if (isExitScheduler(thrown) || isThreadDone(thrown)) return 'exit';
  return 'fail';
}
