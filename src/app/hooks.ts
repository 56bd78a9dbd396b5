import { refuseGenerated } from '../common/generators.js';
import { within } from '../common/timers.js';
import { storyOf } from '../common/told-error.js';
import type { Logger } from '../logger.js';

/** Something of the user's that runs when the app starts, or when it ends. */
type Hook<App> = (app: App) => unknown;

/** Hooks of one kind, in the order in which they were registered. */
export class Hooks<App> {
  readonly #hooks: { readonly hook: Hook<App>; readonly name: string }[] = [];

  add(hook: Hook<App>, name: string): void {
    this.#hooks.push({ hook, name: name || 'a hook' });
  }

  /** Runs one after the other; the first that throws ends it, and so does a signal between two. */
  async run(app: App, signal: AbortSignal): Promise<void> {
    for (const { hook } of this.#hooks) {
      signal.throwIfAborted();
      refuseGenerated(await hook(app));
    }
  }

  /** Runs all, one after the other, whatever each does; what goes wrong is logged. False when one did not end in time. */
  async runAll(app: App, timeoutMs: number, logger: Logger): Promise<boolean> {
    const end = performance.now() + timeoutMs;
    let inTime = true;
    for (const { hook, name } of this.#hooks) {
      const restMs = Math.max(0, end - performance.now());
      const done = await within<boolean>(
        attempt(() => hook(app), name, logger),
        restMs,
        () => false,
      );
      if (!done)
        logger.error(`The shutdown hook ${name} has not ended in time; the others are run all the same.`);
      inTime &&= done;
    }
    return inTime;
  }
}

async function attempt(work: () => unknown, name: string, logger: Logger): Promise<true> {
  try {
    refuseGenerated(await work());
  } catch (thrown) {
    logger.error(`The shutdown hook ${name} failed: ${storyOf(thrown)}`);
  }
  return true;
}
