import { sleep } from '../../common/timers.js';
import { ClosedError, ConnectError } from '../../errors.js';

/** How long to wait for a broker that is not there yet. */
export interface FirstConnect {
  /** How many times the first connection is tried in all; `Infinity` for ever. What the broker refuses is not tried again; a limit of connections is. */
  readonly attempts: number;
  /** How long to rest between two attempts, in milliseconds. */
  readonly delayMs: number;
}

/** Who waits, and who is told. */
interface Patience extends FirstConnect {
  /** Ends the rests. */
  readonly signal: AbortSignal;
  /** Told of each attempt that failed and is not the last. */
  readonly onFailure: (error: ConnectError, attempt: number) => void;
}

/**
 * Connects, and again while the broker cannot be reached.
 * @throws ConnectError at once when the broker refuses, and after the last attempt; ClosedError when the signal is aborted.
 */
export async function connectPatiently(connect: () => Promise<void>, patience: Patience): Promise<void> {
  const { attempts, delayMs, signal, onFailure } = patience;
  for (let attempt = 1; ; attempt++) {
    try {
      return await connect();
    } catch (thrown) {
      if (!(thrown instanceof ConnectError) || !thrown.temporary || attempts <= 1) throw thrown;
      if (attempt >= attempts) throw givenUp(thrown, patience);
      onFailure(thrown, attempt);
      await sleep(delayMs, { signal });
      if (signal.aborted) throw new ClosedError('The link is closed.', { cause: signal.reason });
    }
  }
}

function givenUp({ message, cause }: ConnectError, { attempts, delayMs }: FirstConnect): ConnectError {
  const text = `${message} Given up after ${attempts} attempts, ${delayMs} ms apart.`;
  return new ConnectError(text, { cause, temporary: true });
}
