import type { Deadlines } from '../amqp/index.js';
import { TimeoutError } from '../errors.js';
import { failedResult, type Result } from '../wire/index.js';

/** What to take from a {@link ReplyQueue}. */
export interface CollectOptions {
  /** How many answers to wait for. @default 1 */
  readonly count?: number;
  /** How long to wait for all of them together. @default 30,000 */
  readonly timeoutMs?: number;
  /** Told of each answer as it comes. */
  readonly onReply?: (result: Result) => void;
}

/** The queue to which the answers of one call come, where several servers may answer, or the caller wants them later. */
export class ReplyQueue<Answer = unknown> {
  /** The queue's name. */
  readonly name: string;
  readonly #deadlines: Deadlines;
  readonly #remove: (name: string) => Promise<void>;
  readonly #results: Result<Answer>[] = [];
  #wake: (() => void) | undefined;

  /** @internal */
  constructor(name: string, deadlines: Deadlines, remove: (name: string) => Promise<void>) {
    this.name = name;
    this.#deadlines = deadlines;
    this.#remove = remove;
  }

  /** @internal */
  add(result: Result<Answer>): void {
    this.#results.push(result);
    this.#wake?.();
  }

  /**
   * Waits for `count` answers and takes them. When the time is over first, what has come is given, and a
   * MessageResultException with a TimeoutError stands at the end: nothing is thrown and nothing is lost (P-B23).
   */
  async collect({
    count = 1,
    timeoutMs = 30_000,
    onReply,
  }: CollectOptions = {}): Promise<readonly Result<Answer>[]> {
    const taken: Result<Answer>[] = [];
    let late = false;
    const deadline = this.#deadlines.set(timeoutMs, () => {
      late = true;
      this.#wake?.();
    });
    while (taken.length < count && !late) {
      const result = this.#results.shift();
      if (result) {
        taken.push(result);
        onReply?.(result);
      } else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    deadline.cancel();
    if (taken.length === count) return taken;
    const text = `${taken.length} of ${count} answers came to '${this.name}' in ${timeoutMs} ms.`;
    return [...taken, failedResult(new TimeoutError(text))];
  }

  /** Removes the queue; answers that come later are dropped by the broker. */
  async close(): Promise<void> {
    await this.#remove(this.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
