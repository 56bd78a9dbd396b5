/** Reads a text that is mostly the same as last time, such as a consumer tag: to compare is cheaper than to make a string. */
export class RecurringText {
  #bytes: Buffer = Buffer.alloc(0);
  #text = '';

  /** The UTF-8 text of `size` bytes at `at`. */
  read(bytes: Buffer, at: number, size: number): string {
    if (!this.#isAt(bytes, at, size)) {
      // n.b. a copy, so that what was read does not stay in memory as a whole.
      this.#bytes = Buffer.from(bytes.subarray(at, at + size));
      this.#text = this.#bytes.toString('utf8');
    }
    return this.#text;
  }

  #isAt(bytes: Buffer, at: number, size: number): boolean {
    const known = this.#bytes;
    if (known.length !== size) return false;
    for (let i = 0; i < size; i++) if (bytes[at + i] !== known[i]) return false;
    return true;
  }
}
