import { usualDrainMs } from '../common/drain-limit.js';
import { nextTurn } from '../common/next-turn.js';
import { duration } from '../common/numbers.js';
import { ClosedError, ConfigurationError } from '../errors.js';
import type { ProcessState, ServeOptions, Serving } from '../serving/index.js';
import { Bell } from './bell.js';
import { ThreadDone } from './control-flow.js';
import { Front } from './front.js';
import { askThreads, type SchedulerHealth } from './health.js';
import { type DrainOptions, MicroThread } from './microthread.js';
import { type ExitReason, type ExitReport, type Runnable, type RunOptions, runAsProcess } from './run.js';
import type { MicroSchedulerOptions } from './scheduler-options.js';
import { DrainError, printThreadError } from './thread-error.js';
import { ThreadPool } from './thread-pool.js';

/** The rounds in which an empty scheduler with autoquit still yields before it ends. */
const EMPTY_ROUNDS = 2;

/**
 * Runs micro threads in turn: one step of each thread that is ready, in the order they were added, then the next round. Between rounds the event
 * loop turns, so busy threads starve no I/O; when every thread waits, so does the scheduler, at no cost.
 *
 * A thread that fails is reported and leaves, or is created again if it has a `restartPolicy`; the others go on. Two failures end the scheduler
 * too: that of the last thread, and that of one which was added before the start and could not be created, since what came up in half only looks alive.
 *
 * A scheduler is itself a micro thread: in the pool of another one it takes one step of its own rounds
 * whenever the other gives it a turn. It lives once: after its end it does not start again.
 * @example
 * ```ts
 * import { MicroScheduler } from 'waybill';
 * import { Desk } from './prices.js';
 *
 * const scheduler = new MicroScheduler();
 * scheduler.addMicrothread(new Desk());
 * setTimeout(() => scheduler.stop(), 100); // or SIGTERM
 * console.log((await scheduler.run()).exitCode); // 0
 * ```
 */
export class MicroScheduler extends MicroThread {
  /** Threads of a scheduler may have a restart policy, the scheduler itself has none. */
  declare readonly restartPolicy?: never;

  readonly #autoquit: boolean;
  readonly #drainTimeoutMs: number;
  readonly #pool: ThreadPool;
  readonly #bell = new Bell();
  readonly #front = new Front({
    state: () => this.#life,
    isBroken: () => this.#isBroken,
    health: () => this.health(),
  });
  #state: 'new' | 'running' | 'paused' | 'drained' = 'new';
  #ending: ExitReason | undefined;
  #turns: AsyncGenerator<void> | undefined;

  /** Makes a scheduler without threads. @throws ConfigurationError for a `drainTimeoutMs` that is no time */
  constructor(options: MicroSchedulerOptions = {}) {
    super();
    const { autoquit = false, onThreadError = printThreadError, drainTimeoutMs = usualDrainMs } = options;
    this.#autoquit = autoquit;
    this.#drainTimeoutMs = duration('MicroScheduler: drainTimeoutMs', drainTimeoutMs);
    this.#pool = new ThreadPool(
      { onThreadError, drainTimeoutMs },
      {
        changed: () => this.#bell.ring(),
        quit: () => this.#end('quit'),
        broken: () => this.#end('failure'),
      },
    );
  }

  /**
   * Takes a thread into the pool and calls its `create()` at once. Added during a round, it joins that round.
   * A thread that cannot be created is reported like any other that fails; that is never thrown from here.
   * @throws ConfigurationError for a restart policy that cannot be, and for a thread that is in the pool already; ClosedError for a thread
   * that was stopped, and when the scheduler was stopped or has drained.
   */
  addMicrothread(thread: MicroThread): void {
    this.#refuseWhenEnded();
    this.#pool.add(thread, this.#state === 'new' ? 'founder' : 'newcomer');
    this.#bell.ring();
  }

  /**
   * The rounds, for those who drive them by hand. Yields after each step, and in a round without any before it
   * waits for a thread to become ready. Ends when a thread throws `ExitScheduler`, on {@link stop}, with
   * `autoquit` when no thread is left, and on the failures named above. Does not drain; {@link drain} does.
   * @throws ConfigurationError when the rounds are being driven already.
   */
  main(): AsyncGenerator<void> {
    return this.#rounds(eventLoopTurn);
  }

  /**
   * Runs as the heart of a process: until a thread throws `ExitScheduler`, {@link stop}, SIGINT, SIGTERM, with
   * `autoquit` until no thread is left, or until a failure that ends it. Then all threads drain side by side
   * and the report is returned. It keeps the process alive meanwhile. A second signal ends the process at once.
   * No error of a thread makes it reject.
   * @throws ConfigurationError when the scheduler is running already.
   */
  run(options: RunOptions = {}): Promise<ExitReport> {
    return runAsProcess(
      {
        main: () => this.main(),
        end: (reason) => this.#end(reason),
        drain: () => this.#drain(this.#drainTimeoutMs),
        outcome: () => this.#outcome(),
      },
      options,
    );
  }

  /**
   * How the scheduler is: well while it runs, none of its threads has failed for good, and each that reports its health
   * is well.
   */
  override async health(): Promise<SchedulerHealth> {
    const threads = await askThreads([...this.#pool].map(({ thread }) => thread));
    const { failures } = this.#pool;
    const ok = this.#state === 'running' && failures === 0 && threads.every((thread) => thread.ok);
    return { ok, failures, threads };
  }

  /**
   * Tells orchestrators and Prometheus of the whole process, over HTTP, for GET and HEAD; resolves when it listens. One is enough.
   *
   * - `/health/live`: 200, but 503 when a thread has failed for good: what a new process would mend, and nothing else. A broker that is away is not.
   * - `/health/ready`: 200 while {@link health} is well, and all links to brokers are, those of producers too; else 503, and the names of what is not.
   *   It is 503 from the moment that the scheduler is told to end.
   * - `/metrics`: the figures of all components, as `collectFigures()` of `waybill/telemetry` gives them, counted from this call on.
   *
   * It ends last of all, when all threads have drained, so that it says "not ready" meanwhile. It does not keep the process alive.
   * @throws ConfigurationError for a port or an address that cannot be, or that others have, and when it serves already; ClosedError when
   * the scheduler was stopped or has drained.
   * @example
   * ```ts
   * import { MicroScheduler } from 'waybill';
   *
   * const scheduler = new MicroScheduler();
   * const { url } = await scheduler.serve({ port: 0 }); // 9464 in a container, and host: '0.0.0.0'
   * console.log((await fetch(`${url}/health/live`)).status); // 200
   * await scheduler.close();
   * ```
   */
  async serve(options: ServeOptions): Promise<Serving> {
    this.#refuseWhenEnded();
    return await this.#front.open(options);
  }

  /** Ends the rounds after the current one. */
  override stop(): void {
    this.#end('quit');
    super.stop();
  }

  /** Stops, and lets all threads finish and go. @throws DrainError when one did not in time, or failed at it. */
  override async drain({ timeoutMs }: DrainOptions): Promise<void> {
    duration('MicroScheduler.drain: timeoutMs', timeoutMs);
    this.stop();
    if (await this.#drain(timeoutMs)) return;
    throw new DrainError('Not every thread of the scheduler ended cleanly and in time.');
  }

  /** Stops and drains within the scheduler's `drainTimeoutMs`. Idempotent. @throws DrainError as {@link drain}. */
  close(): Promise<void> {
    return this.drain({ timeoutMs: this.#drainTimeoutMs });
  }

  /** Closes as {@link close} does. @throws DrainError as {@link drain} */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** One step of the rounds, for the scheduler that this one is a thread of; the event loop turns for that one. */
  override async step(): Promise<void> {
    this.#turns ??= this.#rounds(async () => {});
    const turn = await this.#turns.next();
    if (!turn.done) return;
    throw this.#ending === 'failure' ? this.#pool.firstError : new ThreadDone();
  }

  async *#rounds(between: () => Promise<void>): AsyncGenerator<void> {
    if (this.#state === 'running')
      throw new ConfigurationError(
        'This scheduler is running already. Run it once, or drive its rounds by hand.',
      );
    if (this.#state !== 'drained') this.#state = 'running';
    try {
      let emptyRounds = 0;
      while (this.#ending === undefined) {
        this.#bell.hush();
        let steps = 0;
        for (const thread of this.#pool) {
          if (!thread.isReady) continue;
          thread.step();
          steps += 1;
          yield;
        }
        if (steps > 0) await between();
        else {
          yield;
          if (!this.#autoquit || !this.#pool.isEmpty) await this.#bell.wait();
          else if (++emptyRounds === EMPTY_ROUNDS) this.#end('autoquit');
        }
      }
    } finally {
      if (this.#state === 'running') this.#state = 'paused';
    }
  }

  #end(reason: ExitReason): void {
    this.#ending ??= reason;
    this.#bell.ring();
  }

  async #drain(timeoutMs: number): Promise<boolean> {
    this.#state = 'drained';
    const clean = await this.#pool.drain(timeoutMs);
    await this.#front.close();
    return clean;
  }

  #refuseWhenEnded(): void {
    if (this.#state !== 'drained' && !this.stopSignal.aborted) return;
    throw new ClosedError('This scheduler has ended. Make a new one.');
  }

  /** n.b. one that has failed within a scheduler which is a thread of this one may be missed as much. */
  get #isBroken(): boolean {
    const isBroken = (thread: MicroThread): boolean => thread instanceof MicroScheduler && thread.#isBroken;
    return this.#pool.failures > 0 || [...this.#pool].some(({ thread }) => isBroken(thread));
  }

  get #life(): ProcessState {
    if (this.#state === 'drained' || this.#ending !== undefined) return 'ending';
    return this.#state === 'new' ? 'starting' : this.#state;
  }

  #outcome(): ReturnType<Runnable['outcome']> {
    const { failures, firstError } = this.#pool;
    return { reason: this.#ending ?? 'quit', failures, ...(failures > 0 && { error: firstError }) };
  }
}

/** Lets timers and I/O have their turn. */
function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    nextTurn(resolve);
  });
}
