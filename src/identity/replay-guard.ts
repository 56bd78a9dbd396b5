/** How many are remembered in each of the two generations. */
const mostSeen = 100_000;

/** How a {@link ReplayGuard} remembers. */
export interface ReplayGuardOptions {
  /** How far the time of a signature may be from that of its arrival, before and behind, in milliseconds. */
  readonly windowMs: number;
  /** How many are remembered in each of two generations. @default 100,000 */
  readonly most?: number | undefined;
}

/**
 * Knows again what has come, for as long as its time would let it pass a second time. It forgets by generations: what is in the older of
 * two goes all at once, so that a message costs one look, and all of them a bounded room.
 */
export class ReplayGuard {
  readonly windowMs: number;
  readonly #most: number;
  /** n.b. one that is signed for the end of its window comes through until one window behind that. */
  readonly #lifeMs: number;
  #young = new Set<string>();
  #old = new Set<string>();
  #since = Number.NEGATIVE_INFINITY;

  constructor({ windowMs, most = mostSeen }: ReplayGuardOptions) {
    this.windowMs = windowMs;
    this.#most = most;
    this.#lifeMs = 2 * windowMs;
  }

  /** Notes that it has come; false where it had before. */
  isNew(mark: string, now: number): boolean {
    this.#age(now);
    if (this.#young.has(mark) || this.#old.has(mark)) return false;
    this.#young.add(mark);
    return true;
  }

  #age(now: number): void {
    const age = now - this.#since;
    if (age < this.#lifeMs && this.#young.size < this.#most) return;
    this.#old = age < 2 * this.#lifeMs ? this.#young : new Set();
    this.#young = new Set();
    this.#since = now;
  }
}
