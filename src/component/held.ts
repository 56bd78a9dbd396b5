import { type Deadlines, onAbort } from '../amqp/index.js';
import { CancelledError } from '../errors.js';
import type { Cancellation } from '../rpc/index.js';

/** What ends the waiting for a message that its middleware holds. */
export interface HoldLimits {
  readonly deadlines: Deadlines;
  /** How long what is under all middleware may take, in milliseconds. It has its own limit, and tells more: so it comes first. */
  readonly timeoutMs: number;
  /** The caller's. */
  readonly signal?: AbortSignal | undefined;
  readonly cancellation?: Cancellation | undefined;
  /** Aborted when the component is closed, by the error that tells of it. */
  readonly closing: AbortSignal;
  /** What the waiting ends with when the time is over. @param hasLeft whether it was handed on by then */
  tooLate(hasLeft: boolean): Error;
}

/** By how much what is under all middleware is left to end by itself. */
const graceMs = 1_000;

/**
 * Waits for what goes through middleware, which may hold it for ever: until its time is over, its caller does not want it any more, or
 * its component is closed. What is still held then does not leave afterwards.
 * @param pass takes it through; `leaving` throws where that is over.
 */
export function whileHeld(
  pass: (leaving: () => void) => Promise<unknown>,
  { deadlines, timeoutMs, signal, cancellation, closing, tooLate }: HoldLimits,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let over: Error | undefined;
    let hasLeft = false;
    const end = (error: Error): void => {
      over ??= error;
      reject(error);
    };
    const deadline = deadlines.set(timeoutMs + graceMs, () => end(tooLate(hasLeft)));
    const cancelled = (cause: unknown): void =>
      end(new CancelledError('It was cancelled while a middleware held it.', { cause }));
    const unwatch = [
      onAbort(closing, () => end(closing.reason as Error)),
      ...(signal ? [onAbort(signal, () => cancelled(signal.reason))] : []),
    ];
    const leave = (): void => {
      if (over) throw over;
      hasLeft = true;
    };
    cancellation?.onCancel((reason) => !hasLeft && cancelled(reason));
    if (signal?.aborted) cancelled(signal.reason);
    void (over ? Promise.reject(over) : pass(leave)).then(resolve, reject).finally(() => {
      deadline.cancel();
      for (const forget of unwatch) forget();
    });
  });
}
