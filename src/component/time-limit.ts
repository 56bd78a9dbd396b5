import type { Deadlines } from '../amqp/index.js';
import { HandlerTimeoutError } from '../errors.js';
import type { Job } from './job.js';

/** How long handlers may take. */
export interface TimeLimitOption {
  /**
   * How long the handlers of a message may take, all together, in milliseconds. When the time is over `context.signal` is aborted, and the
   * message has failed with a HandlerTimeoutError, as if it had been thrown; a call is answered with it. A handler that does not heed
   * the signal runs on, perhaps beside the next try, and what becomes of it is left alone. A function that does not return
   * cannot be interrupted. @default no limit
   */
  readonly handlerTimeoutMs?: number | undefined;
}

/** Ends the waiting for handlers that take too long, so that they hold up nobody. */
export class TimeLimit {
  readonly #timeoutMs: number;
  readonly #deadlines: Deadlines;

  private constructor(timeoutMs: number, deadlines: Deadlines) {
    this.#timeoutMs = timeoutMs;
    this.#deadlines = deadlines;
  }

  /** The limit that somebody has; undefined where there is none. */
  static of({ handlerTimeoutMs }: TimeLimitOption, deadlines: Deadlines): TimeLimit | undefined {
    return handlerTimeoutMs === undefined ? undefined : new TimeLimit(handlerTimeoutMs, deadlines);
  }

  /** Ends as `done` does, or with a HandlerTimeoutError when the time is over: then the job is told to stop. */
  hold(job: Pick<Job, 'stop'>, done: PromiseLike<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const deadline = this.#deadlines.set(this.#timeoutMs, () => {
        const error = new HandlerTimeoutError(
          `The handler was not done in ${this.#timeoutMs} ms (handlerTimeoutMs): its signal was aborted, and the message has failed.`,
        );
        job.stop(error);
        reject(error);
      });
      const finish = <T>(settle: (value: T) => void): ((value: T) => void) => {
        return (value) => {
          deadline.cancel();
          settle(value);
        };
      };
      done.then(finish(resolve), finish(reject));
    });
  }
}
