import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '../errors.js';
import type { Part, PartHost } from './part.js';
import type { RouteContext } from './route-context.js';

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

/** Runs a task when the app has started and then at each beat, until the app stops. */
export class Clock implements Part {
  readonly #task: ClockTask;
  readonly #host: PartHost;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #wake: (() => void) | undefined;

  constructor(task: ClockTask, host: PartHost) {
    this.#task = task;
    this.#host = host;
  }

  async start(): Promise<void> {
    void this.#beat();
  }

  stop(): void {
    this.#stopping.abort();
    this.#wake?.();
  }

  async finish({ timeoutMs }: { readonly timeoutMs: number }): Promise<number> {
    const limit = new AbortController();
    const tooLate = sleep(timeoutMs, undefined, { signal: limit.signal }).catch(() => {});
    await Promise.race([Promise.all(this.#running), tooLate]);
    limit.abort();
    return this.#running.size;
  }

  async #beat(): Promise<void> {
    const { signal } = this.#stopping;
    const { intervalMs } = this.#task;
    const begun = performance.now();
    for (;;) {
      await this.#turn();
      if (signal.aborted) return;
      this.#run();
      const restMs = intervalMs - ((performance.now() - begun) % intervalMs);
      await sleep(restMs, undefined, { signal }).catch(() => {});
    }
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
      await this.#task.run({ signal: this.#host.closing });
    } catch (thrown) {
      const error = toError(thrown);
      this.#host.logger.error(
        `${this.#host.name}: ${this.#task.name} failed: ${error.stack ?? error.message}`,
      );
    }
  }
}
