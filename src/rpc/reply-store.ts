import { Fifo } from '../amqp/index.js';
import { duration, wholeNumber } from '../common/numbers.js';
import type { Answer } from './answers.js';

/** How many answers are kept for calls that come again. */
export interface ReplyStoreLimits {
  /** How many answers are kept: a whole number, or `Infinity`. @default 10,000 */
  readonly maxCount?: number | undefined;
  /** How many bytes all answers together may take: a whole number, or `Infinity`. @default 16 MiB */
  readonly maxBytes?: number | undefined;
  /**
   * How long an answer is kept, in milliseconds; `Infinity` for no limit.
   * @default 300,000: twice as long as a call with default settings goes on
   */
  readonly maxAgeMs?: number | undefined;
}

/** A call that runs or was answered. */
interface Known {
  readonly id: string;
  readonly answer: Promise<Answer>;
  /** The size of the answer, once it is there. */
  bytes: number;
  /** When it came. */
  at: number;
}

function checkedLimit(name: string, limit: number): number {
  return limit === Infinity ? limit : wholeNumber(`ReplyStore: ${name}`, limit);
}

/**
 * The answers of recent calls by message id, so that a call which is sent again is answered without running twice. A
 * call that is still running is waited for. When a limit is reached the oldest answers go first.
 */
export class ReplyStore {
  readonly #calls = new Map<string, Known>();
  /** Those that were answered, by age: to find the first entry of a map takes the longer the more were deleted before it. */
  readonly #answered = new Fifo<Known>();
  readonly #maxCount: number;
  readonly #maxBytes: number;
  readonly #maxAgeMs: number;
  #bytes = 0;

  /** Makes an empty store. @throws ConfigurationError for limits that are none */
  constructor({ maxCount = 10_000, maxBytes = 16 * 1024 * 1024, maxAgeMs = 300_000 }: ReplyStoreLimits = {}) {
    this.#maxCount = checkedLimit('maxCount', maxCount);
    this.#maxBytes = checkedLimit('maxBytes', maxBytes);
    this.#maxAgeMs = duration('ReplyStore: maxAgeMs', maxAgeMs);
  }

  /** The answer to a call that has been here before, or that runs now; undefined for a new one. */
  recall(id: string): Promise<Answer> | undefined {
    this.#forgetOld();
    return this.#calls.get(id)?.answer;
  }

  /** Forgets a call that was left to another server: when it comes again, it runs. */
  forget(id: string): void {
    const call = this.#calls.get(id);
    if (call && call.at === 0) this.#forget(call);
  }

  /** Notes that a call runs which is not known: its answer is kept when it is there. */
  remember(id: string, answer: Promise<Answer>): void {
    const call = { id, answer, bytes: 0, at: 0 };
    this.#calls.set(id, call);
    void answer.then(({ content }) => this.#keep(call, content.length));
  }

  #keep(call: Known, bytes: number): void {
    if (bytes > this.#maxBytes) {
      this.#forget(call);
      return;
    }
    call.bytes = bytes;
    call.at = performance.now();
    this.#answered.push(call);
    this.#bytes += bytes;
    while (this.#answered.length > this.#maxCount || this.#bytes > this.#maxBytes) this.#forgetOldest();
  }

  #forgetOld(): void {
    const limit = performance.now() - this.#maxAgeMs;
    while (this.#answered.first && this.#answered.first.at <= limit) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#answered.shift();
    if (!oldest) return;
    this.#bytes -= oldest.bytes;
    this.#forget(oldest);
  }

  /** Unless another call has taken its id since. */
  #forget(call: Known): void {
    if (this.#calls.get(call.id) === call) this.#calls.delete(call.id);
  }
}
