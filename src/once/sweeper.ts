import { toError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Store } from './store.js';

/** So many are forgotten at once: a transaction should be short. */
const atOnce = 1_000;
/** How often it is looked whether some are old, at most. */
const everyMs = 60_000;

/** Forgets what was handled so long ago that it does not come again: now and then, beside the messages, in no one's way. */
export class Sweeper {
  readonly #store: Store;
  readonly #keepMs: number;
  readonly #logger: Logger;
  readonly #sweptAt = new Map<string, number>();
  #isSweeping = false;

  constructor(store: Store, keepMs: number, logger: Logger) {
    this.#store = store;
    this.#keepMs = keepMs;
    this.#logger = logger;
  }

  /** To be called after each message of a consumer. Returns at once, and never throws. */
  sweep(consumer: string, now: number = performance.now()): void {
    const sweptAt = this.#sweptAt.get(consumer) ?? Number.NEGATIVE_INFINITY;
    if (this.#isSweeping || this.#keepMs === Infinity) return;
    if (now - sweptAt < Math.min(everyMs, this.#keepMs)) return;
    this.#sweptAt.set(consumer, now);
    this.#isSweeping = true;
    void this.#forget(consumer).finally(() => {
      this.#isSweeping = false;
    });
  }

  async #forget(consumer: string): Promise<void> {
    try {
      while ((await this.#store.forget(consumer, this.#keepMs, atOnce)) === atOnce);
    } catch (thrown) {
      const why = toError(thrown).message;
      this.#logger.debug(
        `What ${consumer} has handled long ago could not be forgotten in ${this.#store.name}: ${why}`,
      );
    }
  }
}
