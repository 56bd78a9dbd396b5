import { delayBefore, reconnectBackOff } from '../common/back-off.js';

/** A connection that lived for less was no success: whatever has closed it may close the next one as soon. */
const lastingMs = 1_000;

/** How long a connection, or a channel, rests between its attempts. The back-off begins anew when one has lasted, not when it is made. */
export class ReconnectPace {
  #attempt = 0;
  /** Failed attempts in a row, with the connections that did not last among them. */
  #inRow = 0;
  #upSince = Number.NEGATIVE_INFINITY;

  /** The number of the present attempt in this outage, from 1. */
  get attempt(): number {
    return this.#attempt;
  }

  /** Begins another attempt. @returns how long to rest before it, in milliseconds. */
  next(): number {
    this.#attempt++;
    return delayBefore(++this.#inRow, reconnectBackOff);
  }

  /** Begins another attempt as {@link next} does, but the first attempt after one that has lasted comes at once. */
  again(): number {
    this.#attempt++;
    return this.#inRow++ === 0 ? 0 : delayBefore(this.#inRow - 1, reconnectBackOff);
  }

  /** What failed before says nothing about the next attempt. */
  reset(): void {
    this.#inRow = 0;
  }

  /** The present attempt has failed, and something was learnt: the next one will not be the same again. */
  excuse(): void {
    this.#inRow = Math.max(0, this.#inRow - 1);
  }

  /** The connection is made. */
  connected(now: number = performance.now()): void {
    this.#upSince = now;
  }

  /** The connection is gone. */
  lost(now: number = performance.now()): void {
    this.#attempt = 0;
    if (now - this.#upSince >= lastingMs) this.#inRow = 0;
  }
}
