import { Fifo } from '../amqp/index.js';
import { duration, wholeNumber } from '../common/numbers.js';
import type { Answer } from './answers.js';
import { KnownCall } from './known-call.js';

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

function checkedLimit(name: string, limit: number): number {
  return limit === Infinity ? limit : wholeNumber(`ReplyStore: ${name}`, limit);
}

/**
 * The answers of recent calls by message id, so that a call which is sent again is answered without running twice. A
 * call that is still running is waited for. When a limit is reached the oldest answers go first.
 */
export class ReplyStore {
  readonly #calls = new Map<string, KnownCall>();
  /** Those that were answered, by age: to find the first entry of a map takes the longer the more were deleted before it. */
  readonly #answered = new Fifo<KnownCall>();
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

  /** @internal A call that has been here before, or that runs now; undefined for a new one. */
  recall(id: string): KnownCall | undefined {
    this.#forgetOld();
    return this.#calls.get(id);
  }

  /** @internal Notes that a call runs which is not known: its answer is kept when it is given. */
  remember(id: string): KnownCall {
    const call = new KnownCall(id, this.#keep);
    this.#calls.set(id, call);
    return call;
  }

  /** @internal Unless another call has taken its id since. When it comes again, it runs. */
  forget(call: KnownCall): void {
    if (call.id !== undefined && this.#calls.get(call.id) === call) this.#calls.delete(call.id);
  }

  readonly #keep = (call: KnownCall, { content }: Answer): void => {
    if (content.length > this.#maxBytes) {
      this.forget(call);
      return;
    }
    call.answeredAt = performance.now();
    this.#answered.push(call);
    this.#bytes += content.length;
    while (this.#answered.length > this.#maxCount || this.#bytes > this.#maxBytes) this.#forgetOldest();
  };

  #forgetOld(): void {
    const limit = performance.now() - this.#maxAgeMs;
    while (this.#answered.first && this.#answered.first.answeredAt <= limit) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#answered.shift();
    if (!oldest) return;
    this.#bytes -= oldest.answer?.content.length ?? 0;
    this.forget(oldest);
  }
}
