import type { Delivery } from './delivery.js';
import { MessageMark } from './message-mark.js';

/** How many are remembered; the oldest are forgotten first. */
const maxRemembered = 10_000;

/**
 * Messages that were done when it was too late to say so: their channel was gone, or the broker had taken them back. And
 * those of which nobody knows whether their acks have arrived. They come again, and need not run again.
 */
export class LateAcks {
  /** Digests, by the keys of their marks. */
  readonly #done = new Map<string, string>();

  /** It was acked in vain, or may have been. */
  remember({ key, digest }: MessageMark): void {
    this.#done.delete(key);
    this.#done.set(key, digest);
    const [oldest] = this.#done.keys();
    if (this.#done.size > maxRemembered && oldest !== undefined) this.#done.delete(oldest);
  }

  /** True for a message that comes again though it is done, and then it is forgotten here: it may be acked. */
  isDone(delivery: Delivery): boolean {
    if (!delivery.mayHaveRun || this.#done.size === 0) return false;
    const mark = MessageMark.of(delivery);
    if (!mark || !this.#done.has(mark.key) || this.#done.get(mark.key) !== mark.digest) return false;
    this.#done.delete(mark.key);
    return true;
  }
}
