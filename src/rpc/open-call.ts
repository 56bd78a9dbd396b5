import type { Result } from '../wire/index.js';
import { Cancellation } from './cancellation.js';

/** A call that waits for its answer. It never rejects: its {@link Result} says how it ended. */
export interface OpenCall<Answer = unknown> extends Promise<Result<Answer>> {
  /**
   * Gives it up: it ends at once with a CancelledError whose cause is the reason, and whoever runs it is told: there `context.signal` is
   * aborted, and what was not begun never is. Does nothing to a call that has ended.
   */
  cancel(reason?: unknown): void;
}

/** Makes a call that can be given up. @param make must not throw, nor reject */
export function openCall<Answer>(
  make: (cancellation: Cancellation) => Promise<Result<Answer>>,
): OpenCall<Answer> {
  const cancellation = new Cancellation();
  const cancel = (reason?: unknown): void => cancellation.cancel(reason);
  return Object.assign(make(cancellation), { cancel });
}
