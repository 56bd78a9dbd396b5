import { startTimer } from '../timers.js';

/** Callbacks that come later, unless all are called off before. */
export class Timeouts {
  readonly #cancels = new Set<() => void>();

  /** Calls back once after `delayMs`. */
  add(delayMs: number, callback: () => void): void {
    const cancel = startTimer(delayMs, () => {
      this.#cancels.delete(cancel);
      callback();
    });
    this.#cancels.add(cancel);
  }

  /** Calls all off. */
  clear(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
