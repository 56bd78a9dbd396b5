import { toldNumber } from '../../common/told-number.js';
import type { Delivery } from './delivery.js';

/** RabbitMQ's header with the place of a message in its stream, and the argument that says where to begin. */
export const streamOffset = 'x-stream-offset';

/**
 * Where to begin in a stream: with the first message that is kept, with the last chunk, with what comes next, with the
 * message of a number, or with what came after a moment or within a time such as `1h` (RabbitMQ docs, Streams, "Consuming").
 */
export type StreamOffset =
  | 'first'
  | 'last'
  | 'next'
  | number
  | Date
  | `${number}${'Y' | 'M' | 'D' | 'h' | 'm' | 's'}`;

/**
 * Where a consumer goes on in a stream after it has lost its channel: behind what is done. The broker does not know that: acks
 * of a stream only make room for more.
 */
export class StreamPosition {
  readonly #begin: StreamOffset;
  /** When it was consumed first: what came since then was meant for us, also while nothing had come yet. */
  #since: Date | undefined;
  #next: number | undefined;

  constructor(begin: StreamOffset = 'next') {
    this.#begin = begin;
  }

  /** The argument for `basic.consume`. */
  begin(): unknown {
    if (this.#next !== undefined) return this.#next;
    const begin = this.#begin === 'next' ? (this.#since ?? 'next') : this.#begin;
    this.#since ??= new Date();
    return begin instanceof Date ? { '!': 'timestamp', value: Math.floor(begin.getTime() / 1_000) } : begin;
  }

  /** Takes note of a message that has come; false for one that has come before. */
  isNew(delivery: Delivery): boolean {
    const offset = offsetOf(delivery);
    if (offset === undefined) return true;
    const isNew = this.#next === undefined || offset >= this.#next;
    this.#next = Math.max(this.#next ?? 0, offset + 1);
    return isNew;
  }

  /** The channel is gone: what it had delivered and was not settled must come once more. */
  returnTo(unsettled: Iterable<Delivery>): void {
    for (const delivery of unsettled) {
      const offset = offsetOf(delivery);
      if (offset !== undefined) this.#next = Math.min(this.#next ?? offset, offset);
    }
  }
}

function offsetOf({ properties }: Delivery): number | undefined {
  const offset = toldNumber(properties.headers?.[streamOffset]);
  return Number.isSafeInteger(offset) ? offset : undefined;
}
