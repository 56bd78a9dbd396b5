import type { Link } from '../../amqp/index.js';
import { duration } from '../../common/numbers.js';
import { within } from '../../common/timers.js';
import { CancelledError, PublishTimeoutError } from '../../errors.js';

/** How long somebody waits for a broker that was never reached, and what ends that. */
export interface FirstPut {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Connects what publishes, where that was never done: then whoever puts is told at once why it cannot be, instead of when his time is over.
 * Gives what is left of that time. After a connection that was lost there is nothing to wait for here.
 * @throws ConnectError with the broker's reason; PublishTimeoutError and CancelledError, all of them: nothing was sent
 */
export async function connectFirst(link: Link, { timeoutMs, signal }: FirstPut): Promise<number> {
  duration('AmqpConnection.put: timeoutMs', timeoutMs);
  if (link.publishing) return timeoutMs;
  if (signal?.aborted) throw cancelled(signal);
  const begun = performance.now();
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(cancelled(signal));
    signal?.addEventListener('abort', onAbort);
  });
  try {
    await within(Promise.race([link.openPublishing(), aborted]), timeoutMs, () => {
      throw new PublishTimeoutError(`The broker did not let us in within ${timeoutMs} ms; nothing was sent.`);
    });
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
  return Math.ceil(Math.max(0, timeoutMs - (performance.now() - begun)));
}

function cancelled(signal: AbortSignal | undefined): CancelledError {
  return new CancelledError('The publish was cancelled; nothing was sent.', { cause: signal?.reason });
}
