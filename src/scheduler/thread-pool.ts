import { within } from '../common/timers.js';
import { ClosedError, ConfigurationError } from '../errors.js';
import type { MicroThread } from './microthread.js';
import { SupervisedThread, type Supervisor } from './supervision.js';
import type { ThreadErrorInfo, ThreadErrorListener } from './thread-error.js';
import { printThreadError } from './thread-error.js';

/** What a pool tells the scheduler that steps its threads. */
export interface PoolListener {
  /** A thread became ready, came or left: look again. */
  changed(): void;
  /** A thread threw `ExitScheduler`. */
  quit(): void;
  /** The threads that are left, if any, should not go on without the one that failed. */
  broken(): void;
}

/** How a pool treats its threads. */
export interface PoolOptions {
  readonly drainTimeoutMs: number;
  readonly onThreadError: ThreadErrorListener;
}

/** The threads of one scheduler, in the order they were added, and those that are on their way out. */
export class ThreadPool implements Supervisor {
  readonly drainTimeoutMs: number;
  readonly #onThreadError: ThreadErrorListener;
  readonly #listener: PoolListener;
  readonly #threads = new Set<SupervisedThread>();
  readonly #founders = new WeakSet<SupervisedThread>();
  readonly #departures = new Set<Promise<void>>();
  #allClean = true;
  #failures = 0;
  #firstError: unknown;

  constructor({ drainTimeoutMs, onThreadError }: PoolOptions, listener: PoolListener) {
    this.drainTimeoutMs = drainTimeoutMs;
    this.#onThreadError = onThreadError;
    this.#listener = listener;
  }

  get isEmpty(): boolean {
    return this.#threads.size === 0;
  }

  /** How many threads failed for good. */
  get failures(): number {
    return this.#failures;
  }

  /** What the first of them threw. */
  get firstError(): unknown {
    return this.#firstError;
  }

  /** In the order they were added; one that is added during the iteration is visited by it. */
  [Symbol.iterator](): Iterator<SupervisedThread> {
    return this.#threads.values();
  }

  /** Takes a thread in and begins its life. The scheduler does not start without a founder. */
  add(thread: MicroThread, as: 'founder' | 'newcomer'): void {
    for (const known of this.#threads) {
      if (known.thread === thread)
        throw new ConfigurationError('This thread is in the pool already. Add each thread once.');
    }
    if (thread.stopSignal.aborted)
      throw new ClosedError(
        `This ${thread.constructor.name || 'thread'} was stopped; it cannot start again. Make a new one.`,
      );
    const supervised = new SupervisedThread(thread, this);
    this.#threads.add(supervised);
    if (as === 'founder') this.#founders.add(supervised);
    supervised.start();
  }

  /** Lets all threads go, side by side. Resolves to whether all that ever left ended cleanly and in time. */
  async drain(timeoutMs: number): Promise<boolean> {
    for (const supervised of this.#threads) supervised.leave(timeoutMs);
    const departed = Promise.all(this.#departures).then(() => true);
    const inTime = await within(departed, timeoutMs, () => false);
    return inTime && this.#allClean;
  }

  ready(): void {
    this.#listener.changed();
  }

  left(supervised: SupervisedThread, departure: Promise<boolean>): void {
    this.#threads.delete(supervised);
    const done = departure.then((clean) => {
      this.#allClean &&= clean;
      this.#departures.delete(done);
    });
    this.#departures.add(done);
    this.#listener.changed();
  }

  failed(supervised: SupervisedThread, error: unknown): void {
    if (this.#failures === 0) this.#firstError = error;
    this.#failures += 1;
    const neverUp = this.#founders.has(supervised) && !supervised.wasCreated;
    if (neverUp || this.isEmpty) this.#listener.broken();
  }

  exit(): void {
    this.#listener.quit();
  }

  report(error: unknown, thread: MicroThread, info: ThreadErrorInfo): void {
    try {
      this.#onThreadError(error, thread, info);
    } catch (failure) {
      printThreadError(error, thread, info);
      printThreadError(failure, thread, info);
    }
  }
}
