import { nextTurn } from './next-turn.js';

/** Node.js fires a timer at once that is asked to wait longer (`TIMEOUT_MAX`). Only this file has to know. */
const longestMs = 2 ** 31 - 1;

/** How a timer waits. */
export interface TimerOptions {
  /** Whether it keeps the process alive. @default true */
  readonly ref?: boolean | undefined;
}

/** Runs `fire` once after `delayMs`, which may be of any length; `Infinity` is never. Gives what stops it. */
export function startTimer(delayMs: number, fire: () => void, { ref = true }: TimerOptions = {}): () => void {
  let timer: NodeJS.Timeout;
  const wait = (restMs: number): void => {
    const partMs = Math.min(restMs, longestMs);
    timer = setTimeout(() => (restMs > partMs ? wait(restMs - partMs) : fire()), partMs);
    if (!ref) timer.unref();
  };
  wait(delayMs);
  return () => clearTimeout(timer);
}

/** Resolves after `delayMs`, or when the signal is aborted, whichever is first: who must know looks at the signal. Never rejects. */
export async function sleep(
  delayMs: number,
  { signal, ref }: TimerOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stop();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const stop = startTimer(delayMs, done, { ref });
    signal?.addEventListener('abort', done);
  });
}

/** What the system keeps of one socket takes node so many turns to read: 2 MB in each, and Linux keeps 6 MB. */
const turnsToRead = 4;

/**
 * Calls back when all that has arrived by now was read. Where something has blocked the event loop, timers that have run out
 * meanwhile come before it reads its sockets: whoever gives something up must look there first.
 */
export function afterReading(callback: () => void, turns: number = turnsToRead): void {
  nextTurn(() => (turns > 1 ? afterReading(callback, turns - 1) : callback()));
}

/**
 * Settles as `work` does; if that takes longer than `limitMs`, as `late` does. What has arrived by then is still taken for in
 * time.
 */
export async function within<T>(work: Promise<T>, limitMs: number, late: () => T): Promise<T> {
  let stop = (): void => {};
  const limit = new Promise<void>((resolve) => {
    stop = startTimer(limitMs, () => afterReading(resolve));
  });
  try {
    return await Promise.race([work, limit.then(late)]);
  } finally {
    stop();
  }
}
