import { finiteNumber } from '../../common/numbers.js';
import { startTimer } from '../../common/timers.js';

/** A timer that has not fired yet. */
export interface Timer {
  /** Has it never fire; does nothing once it has. */
  cancel(): void;
}

interface Pending extends Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** Further than a century nobody tests, and dates have an end. */
const LONGEST_ADVANCE = 100 * 366 * 86_400_000;

/**
 * The broker's clock: the time of day, moved forward by as much as `advance` was told. Every TTL, expiry
 * and delay of the broker hangs on it, so an hour takes no time in a test.
 */
export class BrokerClock {
  /** In order of time; those of equal time in order of making. */
  readonly #pending: Pending[] = [];
  #ahead = 0;
  #frozenAt: number | undefined;
  #stopAlarm: (() => void) | undefined;

  /** Milliseconds since 1970, by this clock. */
  now(): number {
    return this.#frozenAt ?? Date.now() + this.#ahead;
  }

  /** Stops the clock: only `advance` moves it from now on. */
  freeze(): void {
    this.#frozenAt ??= this.now();
    this.#setAlarm();
  }

  /** Calls `fire` once when `delayMs` have passed. Does not keep the process alive. */
  after(delayMs: number, fire: () => void): Timer {
    const pending: Pending = { at: this.now() + delayMs, fire, cancel: () => this.#remove(pending) };
    let place = this.#pending.length;
    while (place > 0 && (this.#pending[place - 1] as Pending).at > pending.at) place -= 1;
    this.#pending.splice(place, 0, pending);
    if (place === 0) this.#setAlarm();
    return pending;
  }

  /**
   * Moves the clock forward, by a century at most; whatever is due on the way happens in order, each at its own time.
   * @throws ConfigurationError for a number that cannot be
   */
  advance(ms: number): void {
    finiteNumber('BrokerClock.advance: ms', ms, { max: LONGEST_ADVANCE });
    const resume = this.#frozenAt === undefined;
    const target = this.now() + ms;
    for (let next = this.#pending[0]; next !== undefined && next.at <= target; next = this.#pending[0]) {
      this.#frozenAt = Math.max(this.now(), next.at);
      this.#pending.shift();
      next.fire();
    }
    this.#frozenAt = resume ? undefined : target;
    if (resume) this.#ahead = target - Date.now();
    this.#setAlarm();
  }

  /** Forgets all timers. */
  stop(): void {
    this.#pending.length = 0;
    this.#stopAlarm?.();
  }

  #remove(pending: Pending): void {
    const place = this.#pending.indexOf(pending);
    if (place >= 0) this.#pending.splice(place, 1);
  }

  #setAlarm(): void {
    this.#stopAlarm?.();
    const next = this.#pending[0];
    if (next === undefined || this.#frozenAt !== undefined) return;
    const wait = Math.max(next.at - this.now(), 0);
    this.#stopAlarm = startTimer(wait, () => this.advance(0), { ref: false });
  }
}
