import { tell } from '../../common/told-error.js';
import type { Logger } from '../../logger.js';

/** So seldom is it told that a refusal goes on, in milliseconds. */
const pauseMs = 60_000;

/**
 * Tells people of something that the broker refuses again and again: one line when it begins or has another reason, one a minute while it
 * lasts, and one when it is over. What is left out is told to whoever debugs.
 */
export class RefusalLog {
  readonly #what: string;
  readonly #logger: Logger;
  #since = 0;
  #toldAt = 0;
  /** Why, last; undefined while nothing is refused. */
  #reason: string | undefined;

  /** @param what stands before each line: what is refused */
  constructor(what: string, logger: Logger) {
    this.#what = what;
    this.#logger = logger;
  }

  /** It was refused, also at another attempt. @param reason sentences for people */
  refused(error: Error, reason: string, now: number = performance.now()): void {
    if (this.#reason === undefined) this.#since = now;
    const isTold = reason !== this.#reason || now - this.#toldAt >= pauseMs;
    if (isTold) this.#toldAt = now;
    this.#reason = reason;
    this.#logger[isTold ? 'error' : 'debug'](`${this.#what}: ${reason} Trying again.`, {
      error: tell(error),
    });
  }

  /** It is not refused, or not any more. */
  granted(now: number = performance.now()): void {
    if (this.#reason === undefined) return;
    this.#reason = undefined;
    const seconds = ((now - this.#since) / 1_000).toFixed(1);
    this.#logger.warn(`${this.#what}: the broker has agreed after ${seconds} s.`);
  }
}
