import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';

/**
 * Chance that can be had again: the seed is told by each test, and WAYBILL_FAULTS_SEED gives it back. What brokers and
 * networks do in between is not under our control, so the same seed makes the same plan, not the same run.
 */
export class Chance {
  #state: number;

  private constructor(seed: number) {
    this.#state = seed;
  }

  /** For one test, which tells its seed. */
  static for(t: TestContext): Chance {
    const seed = Number(process.env['WAYBILL_FAULTS_SEED'] ?? randomInt(2 ** 32));
    t.diagnostic(`WAYBILL_FAULTS_SEED=${seed}`);
    return new Chance(seed);
  }

  /** For who tells the seed himself. */
  static of(seed: number): Chance {
    return new Chance(seed);
  }

  /** From 0 up to 1, without 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** The same things in another order. */
  shuffled<T>(things: readonly T[]): T[] {
    const keyed = things.map((thing) => ({ thing, key: this.next() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ thing }) => thing);
  }
}
