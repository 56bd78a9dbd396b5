import { RecurringText } from './recurring-text.js';

/** A power of two. */
const PLACES = 64;

/**
 * Reads short texts of which there are few, such as the names of headers: each is made once, and not again for each message. Two that have the
 * same place take turns.
 */
export class RecurringNames {
  readonly #texts = Array.from({ length: PLACES }, () => new RecurringText());

  /** The UTF-8 text of `size` bytes at `at`. */
  read(bytes: Buffer, at: number, size: number): string {
    if (size === 0) return '';
    const first = bytes[at] as number;
    const last = bytes[at + size - 1] as number;
    const place = (size * 31 + first * 7 + last) & (PLACES - 1);
    return (this.#texts[place] as RecurringText).read(bytes, at, size);
  }
}
