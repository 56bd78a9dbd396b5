import { tell } from '../../common/told-error.js';
import { ConnectError } from '../../errors.js';
import type { Logger } from '../../logger.js';

/** So seldom is it told that an outage goes on, in milliseconds. */
const pauseMs = 60_000;

/**
 * Tells people of an outage: one line when it begins, one a minute while it lasts, one when all is back. What waiting does not mend, as
 * a refused login, is told at once. One for all connections of a link, since what ails one ails the others. What is left out is told to
 * whoever debugs.
 */
export class OutageLog {
  readonly #name: string;
  readonly #logger: Logger;
  readonly #away = new Set<object>();
  #since = 0;
  #toldAt = 0;
  /** What somebody was asked to mend, last in this outage. */
  #refusal: string | undefined;

  /** @param name stands before each line: whose connections these are */
  constructor(name: string, logger: Logger) {
    this.#name = name;
    this.#logger = logger;
  }

  /** A connection is lost, or could not be made, also at another attempt. */
  isAway(connection: object, error: Error, text: string, now: number = performance.now()): void {
    const isNew = this.#away.size === 0;
    this.#away.add(connection);
    if (isNew) this.#since = now;
    const isNews = this.#isNewRefusal(error, isNew);
    const isTold = isNew || isNews || now - this.#toldAt >= pauseMs;
    if (isTold) this.#toldAt = now;
    const before = isNew ? '' : `away for ${seconds(now - this.#since)}, `;
    const fields = { component: this.#name, error: tell(error) };
    this.#logger[isTold ? 'warn' : 'debug'](`${this.#name}: ${before}${text}`, fields);
  }

  #isNewRefusal(error: Error, isNewOutage: boolean): boolean {
    const before = isNewOutage ? undefined : this.#refusal;
    this.#refusal = error instanceof ConnectError && !error.temporary ? error.message : before;
    return this.#refusal !== before;
  }

  /** It is made. */
  isBack(connection: object, now: number = performance.now()): void {
    if (!this.#away.delete(connection) || this.#away.size > 0) return;
    const outageMs = Math.round(now - this.#since);
    this.#logger.warn(`${this.#name}: connected after ${seconds(outageMs)}.`, {
      component: this.#name,
      outageMs,
    });
  }

  /** Nobody waits for it any more. */
  gaveUp(connection: object): void {
    this.#away.delete(connection);
  }

  /** The broker takes no messages now, and why; undefined when it does again. */
  blocks(reason: string | undefined): void {
    const what = reason === undefined ? 'takes messages again' : `takes no messages now: ${reason}`;
    this.#logger.warn(`${this.#name}: the broker ${what}.`, { component: this.#name });
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
