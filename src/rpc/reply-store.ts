import { Fifo } from '../amqp/index.js';
import type { Answer } from './answers.js';

/** How many answers are kept for calls that come again. */
export interface ReplyStoreLimits {
  /** @default 10,000 */
  readonly maxCount?: number | undefined;
  /** All answers together, in bytes. @default 16 MiB */
  readonly maxBytes?: number | undefined;
  /** @default 300,000: twice as long as a call with default settings goes on */
  readonly maxAgeMs?: number | undefined;
}

interface Kept {
  readonly id: string;
  readonly answer: Answer;
  readonly at: number;
}

/**
 * The answers of recent calls by message id, so that a call which is sent again is answered without running twice. A
 * call that is still running is waited for. When a limit is reached the oldest answers go first.
 */
export class ReplyStore {
  readonly #answers = new Map<string, Kept>();
  /** The same by age. A map would do, but to find its first entry takes the longer the more were deleted before it. */
  readonly #byAge = new Fifo<Kept>();
  readonly #running = new Map<string, Promise<Answer>>();
  readonly #maxCount: number;
  readonly #maxBytes: number;
  readonly #maxAgeMs: number;
  #bytes = 0;

  constructor({ maxCount = 10_000, maxBytes = 16 * 1024 * 1024, maxAgeMs = 300_000 }: ReplyStoreLimits = {}) {
    this.#maxCount = maxCount;
    this.#maxBytes = maxBytes;
    this.#maxAgeMs = maxAgeMs;
  }

  /** The answer to a call that has been here before, or that runs now; undefined for a new one. */
  recall(id: string): Promise<Answer> | undefined {
    const running = this.#running.get(id);
    if (running) return running;
    this.#forgetOld();
    const kept = this.#answers.get(id);
    return kept && Promise.resolve(kept.answer);
  }

  /** Notes that a call runs: its answer is kept when it is there. */
  remember(id: string, answer: Promise<Answer>): void {
    this.#running.set(id, answer);
    void answer.then((given) => {
      this.#running.delete(id);
      this.#keep(id, given);
    });
  }

  #keep(id: string, answer: Answer): void {
    const before = this.#answers.get(id);
    if (before) this.#forget(before);
    const { length } = answer.content;
    if (length > this.#maxBytes) return;
    const kept = { id, answer, at: performance.now() };
    this.#answers.set(id, kept);
    this.#byAge.push(kept);
    this.#bytes += length;
    while (this.#answers.size > this.#maxCount || this.#bytes > this.#maxBytes) this.#forgetOldest();
  }

  #forgetOld(): void {
    const limit = performance.now() - this.#maxAgeMs;
    while (this.#byAge.first && this.#byAge.first.at <= limit) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#byAge.shift();
    if (oldest && this.#answers.get(oldest.id) === oldest) this.#forget(oldest);
  }

  #forget({ id, answer }: Kept): void {
    this.#answers.delete(id);
    this.#bytes -= answer.content.length;
  }
}
