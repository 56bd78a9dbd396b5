import type { Delivery } from './delivery.js';
import { MessageMark } from './message-mark.js';

/** How many are remembered; the oldest are forgotten first. */
const maxRemembered = 10_000;

/**
 * Messages that were done with when it was too late to say so: their channel was gone, or the broker had taken them back. And
 * those of which nobody knows whether their acks have arrived. They come again, and need not run again.
 */
export class LateAcks {
  readonly #keyOf: (mark: MessageMark) => string;
  /** Digests, by keys. */
  readonly #done = new Map<string, string>();

  /** @param keyOf what makes two the same; by default any copy of a message that was put anew is the message. */
  constructor(keyOf: (mark: MessageMark) => string = ({ key }) => key) {
    this.#keyOf = keyOf;
  }

  /** It was acked in vain, or may have been. */
  remember(mark: MessageMark): void {
    const key = this.#keyOf(mark);
    this.#done.delete(key);
    this.#done.set(key, mark.digest);
    const [oldest] = this.#done.keys();
    if (this.#done.size > maxRemembered && oldest !== undefined) this.#done.delete(oldest);
  }

  /** True for a message that comes again though it is done, and then it is forgotten here: it may be acked. */
  isDone(delivery: Delivery): boolean {
    if (!delivery.mayHaveRun || this.#done.size === 0) return false;
    const mark = MessageMark.of(delivery);
    const key = mark && this.#keyOf(mark);
    if (key === undefined || !this.#done.has(key) || this.#done.get(key) !== mark?.digest) return false;
    return this.#done.delete(key);
  }
}
