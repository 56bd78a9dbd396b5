import { isWaybillError } from './waybill-error.js';

/** Errors that are made for one message or call alone, when the broker or a peer is heard of: their own stack is one of timers and sockets. */
const madeAfar = new Set<unknown>([
  'CANCELLED',
  'MALFORMED_REPLY',
  'PUBLISH_TIMEOUT',
  'REMOTE',
  'STREAM_INTERRUPTED',
  'TIMEOUT',
  'UNROUTABLE',
]);

/**
 * Gives such an error the stack of here. Called where its promise was waited for: in an async function after its `await`, or in a
 * callback of `then`, so that V8 goes on with whoever awaits that one, up to the line of the service. It costs nothing before
 * something fails. Other errors are left alone: they have a stack of their own, or are told to many.
 */
export function leadHere(error: unknown): void {
  try {
    if (isWaybillError(error) && madeAfar.has(error.code)) Error.captureStackTrace(error, leadHere);
  } catch {
    // What was thrown is frozen, or a Proxy: it is told as it is.
  }
}

/** The same for an error that was made here of what has come, whatever its class. */
export function captureHere(error: Error): void {
  Error.captureStackTrace(error, captureHere);
}

/** For `then`: throws what it is given, with {@link leadHere}. */
export function throwHere(thrown: unknown): never {
  leadHere(thrown);
  throw thrown;
}
