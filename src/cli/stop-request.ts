import { startTimer } from '../common/timers.js';

/** What ends a command that goes on. */
export interface StopRequest extends Disposable {
  readonly signal: AbortSignal;
  /** Resolves when it is to end. */
  readonly ended: Promise<void>;
  /** Ends it from here. */
  now(): void;
}

/**
 * Aborted when somebody wants the command to end, by Ctrl-C or SIGTERM, or when its time is over. A second Ctrl-C ends the process as if nobody
 * listened.
 */
export function stopRequest(limitMs?: number): StopRequest {
  const controller = new AbortController();
  const ended = new Promise<void>((resolve) => controller.signal.addEventListener('abort', () => resolve()));
  const cancel = limitMs === undefined ? () => {} : startTimer(limitMs, () => stop());
  const stop = (): void => {
    forget();
    controller.abort();
  };
  const forget = (): void => {
    cancel();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { signal: controller.signal, ended, now: stop, [Symbol.dispose]: forget };
}
