import type { Deadlines } from '../amqp/index.js';
import { duration, wholeNumber } from '../common/numbers.js';
import { ClosedError, TimeoutError, type WaybillError } from '../errors.js';
import { endedHere, failedResult, type Result } from '../wire/index.js';

/** What to take from a {@link ReplyQueue}. */
export interface CollectOptions {
  /** How many answers to wait for: a whole number, or `Infinity` for all that come in time. @default 1 */
  readonly count?: number | undefined;
  /** How long to wait for all of them together, in milliseconds; `Infinity` for no limit. @default 30,000 */
  readonly timeoutMs?: number | undefined;
  /** Called with each answer as it comes. */
  readonly onReply?: ((result: Result) => void) | undefined;
}

/** What a {@link ReplyQueue} needs from whoever made it. */
export interface ReplyQueueOwner {
  remove(name: string): Promise<void>;
  /** Whoever runs the call is told that it is not wanted any more. */
  cancel(reason: unknown): void;
}

/** The queue to which the answers of one call come, where several servers may answer, or the caller wants them later. */
export class ReplyQueue<Answer = unknown> {
  /** The queue's name. */
  readonly name: string;
  readonly #deadlines: Deadlines;
  readonly #owner: ReplyQueueOwner;
  readonly #results: Result<Answer>[] = [];
  readonly #collectors = new Set<() => void>();
  #closed: WaybillError | undefined;

  /** @internal */
  constructor(name: string, deadlines: Deadlines, owner: ReplyQueueOwner) {
    this.name = name;
    this.#deadlines = deadlines;
    this.#owner = owner;
  }

  /** @internal */
  add(result: Result<Answer>): void {
    this.#results.push(result);
    this.#wakeAll();
  }

  /** @internal Nothing comes any more: whoever waits is told. */
  end(reason: WaybillError): void {
    this.#closed ??= reason;
    this.#wakeAll();
  }

  /**
   * Waits for `count` answers and takes them. When the time is over first, or the queue is closed, what has come is given,
   * and a MessageResultException with a TimeoutError or a ClosedError stands at the end: nothing is thrown and nothing is
   * lost. @throws ConfigurationError for a `count` or a `timeoutMs` that is none
   */
  async collect({
    count = 1,
    timeoutMs = 30_000,
    onReply,
  }: CollectOptions = {}): Promise<readonly Result<Answer>[]> {
    if (count !== Infinity) wholeNumber('ReplyQueue.collect: count', count);
    duration('ReplyQueue.collect: timeoutMs', timeoutMs);
    const taken: Result<Answer>[] = [];
    let late: WaybillError | undefined;
    const deadline = this.#deadlines.set(timeoutMs, () => {
      late = new TimeoutError(
        `${taken.length} of ${count} answers came to '${this.name}' in ${timeoutMs} ms.`,
      );
      this.#wakeAll();
    });
    while (taken.length < count) {
      const result = this.#results.shift();
      if (result) {
        taken.push(result);
        onReply?.(result);
      } else if (late ?? this.#closed) break;
      else await new Promise<void>((resolve) => this.#collectors.add(resolve));
    }
    deadline.cancel();
    const missing = taken.length < count ? (late ?? this.#closed) : undefined;
    const all = missing ? [...taken, failedResult(missing)] : taken;
    return all.map((each) => endedHere(each));
  }

  /** Removes the queue; answers that come later are dropped by the broker. */
  async close(): Promise<void> {
    this.end(new ClosedError(`The reply queue '${this.name}' was closed.`));
    await this.#owner.remove(this.name);
  }

  /** The same, and has those told who still run the call, so that their signals are aborted. */
  async cancel(reason?: unknown): Promise<void> {
    this.#owner.cancel(reason);
    await this.close();
  }

  /** Closes as {@link close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #wakeAll(): void {
    const collectors = [...this.#collectors];
    this.#collectors.clear();
    for (const wake of collectors) wake();
  }
}
