import type { ThreadHealth } from './health.js';
import type { RestartPolicy } from './restart-policy.js';

/** How long a drain may take. */
export interface DrainOptions {
  /** When to be done, in milliseconds; the scheduler waits a little longer, to hear what was not finished. */
  readonly timeoutMs: number;
}

/**
 * Work in small steps. Subclass it, write `step()`, and give it to a scheduler:
 *
 * `create()` once, then `step()` over and over, one at a time, until the thread leaves. It leaves by throwing
 * `ThreadDone`, by `stop()`, by failing, or because the scheduler ends. Whichever way that is, it is asked to
 * `stop()` if it was not, and its `drain()` is called once.
 *
 * A step may be asynchronous. While its promise is pending the other threads go on; a pending step is not
 * waited for when the thread leaves: work that must be finished first is finished in `drain()`.
 */
export abstract class MicroThread {
  /**
   * When set, a failure does not end the thread: after a pause `create()` is called again, on the same
   * instance. `{}` asks for the defaults. A ConfigurationError ends it all the same: trying again would not help.
   */
  declare readonly restartPolicy?: RestartPolicy;

  readonly #stop = new AbortController();

  /**
   * A signal that {@link stop} aborts. A step that waits for something outside hands it on, so that the wait ends with
   * it.
   */
  get stopSignal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Called once when the thread is added, and again before each restart. What it throws is a failure. */
  create(): void | Promise<void> {}

  /** One piece of work. Throw `ThreadDone` to leave, `ExitScheduler` to end the scheduler. */
  abstract step(): void | Promise<void>;

  /** Asks the thread to end: it leaves the pool now. Idempotent. An override calls `super.stop()`. */
  stop(): void {
    this.#stop.abort();
  }

  /**
   * Finishes what was begun and lets go of what `create()` took. Never called while `create()` is running;
   * may be called after a `create()` that failed. Should reject when `timeoutMs` was not enough.
   */
  drain?(options: DrainOptions): Promise<void>;

  /**
   * Tells how the thread is, for `MicroScheduler.health()`. It is left out by threads that have nothing that could be
   * unwell.
   */
  health?(): Promise<ThreadHealth>;
}
