import { ConnectionLostError } from '../../errors.js';
import type { LoopWatch } from './loop-watch.js';
import type { Settings } from './settings.js';

/** What was closed meanwhile is noticed as soon as the process goes on. */
const noticedWithinMs = 5_000;

/**
 * Why a connection was lost, for people: where this process was silent for so long that the broker had to give it up, nothing is
 * wrong with broker or network.
 */
export function connectionLost(
  cause: Error | undefined,
  loop: LoopWatch,
  { addresses: [{ heartbeatSeconds }] }: Settings,
): ConnectionLostError {
  const stillMs = loop.stoodStill(noticedWithinMs);
  const wasSilent = heartbeatSeconds > 0 && stillMs > heartbeatSeconds * 1_000;
  const why = wasSilent ? ` ${silence(stillMs, heartbeatSeconds)}` : '';
  return new ConnectionLostError(`The connection was lost: ${cause?.message ?? 'no reason given'}.${why}`, {
    cause,
  });
}

function silence(stillMs: number, heartbeatSeconds: number): string {
  return (
    `This process stood still for ${(stillMs / 1_000).toFixed(1)} s, blocked by a handler or other code that computes, or stopped; ` +
    `the broker gives up a client that is silent for two heartbeats (${2 * heartbeatSeconds} s). Do long work in a worker thread, ` +
    'or in parts with a rest between them.'
  );
}
