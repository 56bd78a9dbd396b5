import type { Delivery } from './delivery.js';

/** More acks than that are not on their way at once, or not remembered. */
const mostKept = 1_000;

/**
 * The last acks of a channel. Nothing confirms an ack: when the channel is lost, or our consumer, the broker may not have got those that were
 * written last, and hands their messages out again. They are no more than its prefetch, since it waits for an ack before it
 * hands out more.
 */
export class RecentAcks {
  readonly #capacity: number;
  /** What remembers each of them, the oldest overwritten first. */
  readonly #inVain: (() => void)[] = [];
  #count = 0;

  constructor(prefetch: number) {
    this.#capacity = Math.min(prefetch, mostKept);
  }

  /** A call is left out: whoever answered it before knows it again, and answers once more. */
  add(delivery: Delivery): void {
    if (delivery.properties.replyTo !== undefined) return;
    const { ackedInVain } = delivery;
    if (ackedInVain) this.#inVain[this.#count++ % this.#capacity] = ackedInVain;
  }

  /** All of them may have been in vain: the channel is gone, or the broker has taken back what was late. */
  doubt(): void {
    for (const remember of this.#inVain.splice(0)) remember();
    this.#count = 0;
  }
}
