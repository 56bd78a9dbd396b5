import { startTimer } from '../../common/timers.js';
import { storyOf } from '../../common/told-error.js';
import type { Logger } from '../../logger.js';

/** Callbacks that come later, unless all are called off before. */
export class Timeouts {
  readonly #cancels = new Set<() => void>();

  /** Calls back once after `delayMs`. What that throws, or its promise rejects with, is logged. */
  add(delayMs: number, callback: () => unknown, logger: Logger): void {
    const cancel = startTimer(delayMs, () => {
      this.#cancels.delete(cancel);
      void attempt(callback, logger);
    });
    this.#cancels.add(cancel);
  }

  /** Calls all off. */
  clear(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

async function attempt(callback: () => unknown, logger: Logger): Promise<void> {
  try {
    await callback();
  } catch (thrown) {
    logger.error(`A callback of addTimeout has thrown: ${storyOf(thrown)}`);
  }
}
