import { replyCode } from '../connection/broker-error.js';

/** How much must speak against a message until it is held to be the one that the broker cannot stand. */
export const certainSuspicion = 3;

/** What a closed channel, or a closed connection, says against each message that was under way on it. */
export function suspicionFor(refused: 'channel' | 'connection', error: Error): number {
  if (refused === 'connection') return 1;
  return isSomethingMissing(error) ? certainSuspicion - 1 : certainSuspicion;
}

/** 404: an exchange is gone. */
export function isSomethingMissing(error: Error): boolean {
  return replyCode(error) === 404;
}
