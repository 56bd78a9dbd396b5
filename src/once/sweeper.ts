import { toError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Store } from './store.js';

/** So many are forgotten at once: a transaction should be short. */
const atOnce = 1_000;
/** How often it is looked whether the time of some is over, at most. */
const everyMs = 60_000;

/** Forgets messages whose time is over: now and then, beside those that come, in no one's way. */
export class Sweeper {
  readonly #store: Store;
  readonly #everyMs: number;
  readonly #logger: Logger;
  #sweptAt = Number.NEGATIVE_INFINITY;
  #isSweeping = false;

  /** @param keepMs how long messages are known: it is looked no less often than that */
  constructor(store: Store, keepMs: number, logger: Logger) {
    this.#store = store;
    this.#everyMs = Math.min(everyMs, keepMs);
    this.#logger = logger;
  }

  /** To be called after each message. Returns at once, and never throws. */
  sweep(now: number = performance.now()): void {
    if (this.#isSweeping || now - this.#sweptAt < this.#everyMs) return;
    this.#sweptAt = now;
    this.#isSweeping = true;
    void this.#forget().finally(() => {
      this.#isSweeping = false;
    });
  }

  async #forget(): Promise<void> {
    try {
      while ((await this.#store.forget(atOnce)) === atOnce);
    } catch (thrown) {
      this.#logger.debug(
        `Messages of long ago could not be forgotten in ${this.#store.name}: ${toError(thrown).message}`,
      );
    }
  }
}
