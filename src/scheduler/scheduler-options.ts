import type { ThreadErrorListener } from './thread-error.js';

/** How a scheduler behaves. */
export interface MicroSchedulerOptions {
  /** True ends the scheduler when no thread is left; otherwise an empty one waits for threads. @default false */
  readonly autoquit?: boolean | undefined;
  /** Called with every error of a thread. @default one readable line to stderr */
  readonly onThreadError?: ThreadErrorListener | undefined;
  /** How long a thread that leaves may drain, in milliseconds; `Infinity` for no limit. @default 8_000 */
  readonly drainTimeoutMs?: number | undefined;
}
