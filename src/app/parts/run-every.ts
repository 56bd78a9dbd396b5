import { refuseGenerated } from '../../common/generators.js';
import { wholeNumber } from '../../common/numbers.js';
import { inOwnContext } from '../../common/own-context.js';
import { sleep, within } from '../../common/timers.js';
import { storyOf } from '../../common/told-error.js';
import type { RouteContext } from '../common/route-context.js';
import type { Part, PartHost } from './part.js';

/** How a task is repeated. */
export interface RunEveryOptions {
  /** How many runs there may be at once. At that number the next one begins when one ends; beats in between are left out. @default 1 */
  readonly maxConcurrency?: number | undefined;
}

/** What a clock repeats. */
export interface ClockTask {
  readonly intervalMs: number;
  readonly maxConcurrency: number;
  run(context: RouteContext): unknown;
  /** For the log. */
  readonly name: string;
}

/** How a task is repeated, checked. @throws ConfigurationError */
export function settledPace(
  intervalMs: number,
  { maxConcurrency = 1 }: RunEveryOptions,
): Pick<ClockTask, 'intervalMs' | 'maxConcurrency'> {
  return {
    intervalMs: wholeNumber('App.runEvery: intervalMs', intervalMs, { min: 1 }),
    maxConcurrency: wholeNumber('App.runEvery: maxConcurrency', maxConcurrency, { min: 1 }),
  };
}

/** The time that a clock goes by. It must never go back, as the time of day may. */
export interface Time {
  /** In milliseconds, since whenever. */
  now(): number;
  /** Resolves after about so long, perhaps a little earlier, and when the signal is aborted. */
  rest(ms: number, signal: AbortSignal): Promise<void>;
}

const processTime: Time = {
  now: () => performance.now(),
  rest: (ms, signal) => sleep(ms, { signal }),
};

/**
 * Runs a task when the app has started and then at each beat, until the app stops: each beat once. Beats that pass while it may not run, or
 * while the process is held up, are not made up for.
 */
export class Clock implements Part {
  readonly #task: ClockTask;
  readonly #host: PartHost;
  readonly #time: Time;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #wake: (() => void) | undefined;

  constructor(task: ClockTask, host: PartHost, time: Time = processTime) {
    this.#task = task;
    this.#host = host;
    this.#time = time;
  }

  async start(): Promise<void> {
    void this.#beat();
  }

  stop(): void {
    this.#stopping.abort();
    this.#wake?.();
  }

  async finish({ timeoutMs }: { readonly timeoutMs: number }): Promise<number> {
    await within(Promise.all(this.#running), timeoutMs, () => []);
    return this.#running.size;
  }

  async #beat(): Promise<void> {
    const { intervalMs } = this.#task;
    const begun = this.#time.now();
    // Beats are numbered: what is left of an interval cannot tell whether its beat has been.
    for (let beat = 0; ; ) {
      await this.#restUntil(begun + beat * intervalMs);
      await this.#turn();
      if (this.#stopping.signal.aborted) return;
      this.#run();
      const passed = Math.floor((this.#time.now() - begun) / intervalMs);
      beat = Math.max(beat, passed) + 1;
    }
  }

  /** Timers fire early by a part of a millisecond. */
  async #restUntil(due: number): Promise<void> {
    const { signal } = this.#stopping;
    for (let restMs = due - this.#time.now(); restMs > 0 && !signal.aborted; restMs = due - this.#time.now())
      await this.#time.rest(Math.ceil(restMs), signal);
  }

  /** Resolves when one more may run, or none at all. */
  async #turn(): Promise<void> {
    while (this.#running.size >= this.#task.maxConcurrency && !this.#stopping.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #run(): void {
    const run = this.#attempt().then(() => {
      this.#running.delete(run);
      this.#wake?.();
    });
    this.#running.add(run);
  }

  /** What it throws is told to the log, and the next beat comes all the same. */
  async #attempt(): Promise<void> {
    try {
      refuseGenerated(await inOwnContext(() => this.#task.run({ signal: this.#host.closing })));
    } catch (thrown) {
      this.#host.logger.error(`${this.#host.name}: ${this.#task.name} failed: ${storyOf(thrown)}`);
    }
  }
}
