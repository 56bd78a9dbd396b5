import { sleep } from '../common/timers.js';
import { tell } from '../common/told-error.js';
import { toError } from '../errors.js';
import type { Logger } from '../logger.js';

const firstRestMs = 50;
const longestRestMs = 2_000;
/** So seldom is it told that it goes on. */
const pauseMs = 60_000;

/** The times in which a store cannot be used: those who need it rest, and people are told once when it begins, once a minute, and when it is over. */
export class Outage {
  readonly #owner: string;
  readonly #logger: Logger;
  #since: number | undefined;
  #toldAt = 0;
  #failed = 0;

  /** @param owner who needs it, and what: `Orders: PostgreSQL` */
  constructor(owner: string, logger: Logger) {
    this.#owner = owner;
    this.#logger = logger;
  }

  /** It could not be used. Ends when it is to be tried again, or the signal is aborted. */
  async rest(thrown: unknown, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    const isNew = this.#since === undefined;
    if (isNew) this.#since = now;
    if (isNew || now - this.#toldAt >= pauseMs) this.#tell(toError(thrown), now);
    const restMs = Math.min(longestRestMs, firstRestMs * 2 ** Math.min(this.#failed++, 10));
    await sleep(restMs * (0.75 + Math.random() * 0.25), { signal });
  }

  /** It could be used. */
  isOver(): void {
    if (this.#since === undefined) return;
    const outageMs = Math.round(performance.now() - this.#since);
    this.#since = undefined;
    this.#failed = 0;
    this.#logger.warn(`${this.#owner} is back after ${(outageMs / 1_000).toFixed(1)} s.`, { outageMs });
  }

  #tell(error: Error, now: number): void {
    this.#toldAt = now;
    this.#logger.warn(`${this.#owner} cannot be used, and messages wait for it: ${error.message}`, {
      error: tell(error),
    });
  }
}
