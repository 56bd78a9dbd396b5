const SLAB_SIZE = 32 * 1024;

/** Up to here a loop is faster than the call of a native function. */
const FEW_LETTERS = 40;

/** A slab that has grown beyond this for something large is given up with it. */
const KEPT_SLAB_SIZE = 1024 * 1024;

/**
 * Writes bytes one after the other into a slab that grows by itself. `take` hands out what has been
 * written since the last `take` without copying, so that all frames of one turn leave in one write.
 */
export class ByteWriter {
  #slab: Buffer = Buffer.allocUnsafeSlow(SLAB_SIZE);
  #start = 0;
  #end = 0;

  /** Bytes written and not taken yet. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** The bytes written since the last call. They are never written over. */
  take(): Buffer {
    const taken = this.#slab.subarray(this.#start, this.#end);
    this.#start = this.#end;
    if (this.#slab.length > KEPT_SLAB_SIZE) this.#begin(SLAB_SIZE);
    return taken;
  }

  /** What was written after `length` was `mark`, and is still to be taken. */
  copy(mark: number): Buffer {
    return Buffer.from(this.#slab.subarray(this.#start + mark, this.#end));
  }

  /** Takes back what was written after `length` was `mark`. */
  rewind(mark: number): void {
    this.#end = this.#start + mark;
  }

  octet(value: number): void {
    const at = this.#advance(1);
    this.#slab[at] = value;
  }

  short(value: number): void {
    const at = this.#advance(2);
    this.#slab[at] = value >>> 8;
    this.#slab[at + 1] = value;
  }

  long(value: number): void {
    const at = this.#advance(4);
    this.#put(at, value);
  }

  /** An unsigned 64-bit integer below 2^53. */
  longlong(value: number): void {
    const at = this.#advance(8);
    this.#put(at, Math.floor(value / 0x1_0000_0000));
    this.#put(at + 4, value);
  }

  bigint(value: bigint): void {
    const at = this.#advance(8);
    this.#slab.writeBigUInt64BE(BigInt.asUintN(64, value), at);
  }

  float(value: number): void {
    const at = this.#advance(4);
    this.#slab.writeFloatBE(value, at);
  }

  double(value: number): void {
    const at = this.#advance(8);
    this.#slab.writeDoubleBE(value, at);
  }

  /**
   * @param name of the field, for the error.
   * @throws RangeError when the text takes more than 255 bytes or ends inside a character; TypeError when it is none.
   */
  shortstr(text: string, name: string): void {
    if (typeof text !== 'string') throw new TypeError(`${name} must be a text and is a ${typeof text}`);
    if (text.length <= FEW_LETTERS && this.#asciiShortstr(text)) return;
    if (text.length > 85 && Buffer.byteLength(text) > 255)
      throw new RangeError(
        `${name} takes more than the 255 bytes that AMQP has for it: '${text.slice(0, 40)}...'`,
      );
    if (!text.isWellFormed()) throw new RangeError(`${name} has half a surrogate pair in it`);
    const room = Math.min(text.length * 3, 255) + 1;
    const at = this.#advance(room);
    const size = this.#slab.write(text, at + 1, room - 1, 'utf8');
    this.#slab[at] = size;
    this.#end = at + 1 + size;
  }

  /** @returns false, and has written nothing, for a text with letters beyond ASCII. */
  #asciiShortstr(text: string): boolean {
    const size = text.length;
    const at = this.#advance(size + 1);
    const slab = this.#slab;
    slab[at] = size;
    for (let i = 0; i < size; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.#end = at;
        return false;
      }
      slab[at + 1 + i] = code;
    }
    return true;
  }

  longstr(value: string | Uint8Array): void {
    const size = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
    this.long(size);
    const at = this.#advance(size);
    if (typeof value === 'string') this.#slab.write(value, at, 'utf8');
    else this.#slab.set(value, at);
  }

  bytes(value: Uint8Array): void {
    const at = this.#advance(value.length);
    this.#slab.set(value, at);
  }

  /** Leaves room for a 32-bit size and returns where it is, for `closeSize`. */
  openSize(): number {
    return this.#advance(4) - this.#start;
  }

  /** Writes into the room at `mark` how many bytes followed it. */
  closeSize(mark: number): void {
    this.setSize(mark, this.length - mark - 4);
  }

  /** Writes another size into the room at `mark`. */
  setSize(mark: number, size: number): void {
    this.#put(this.#start + mark, size);
  }

  /** Leaves room for 16 bits and returns where it is, for `closeFlags`. */
  openFlags(): number {
    return this.#advance(2) - this.#start;
  }

  /** Writes the bits into the room at `mark`. */
  closeFlags(mark: number, flags: number): void {
    const at = this.#start + mark;
    this.#slab[at] = flags >>> 8;
    this.#slab[at + 1] = flags;
  }

  #put(at: number, value: number): void {
    this.#slab[at] = value >>> 24;
    this.#slab[at + 1] = value >>> 16;
    this.#slab[at + 2] = value >>> 8;
    this.#slab[at + 3] = value;
  }

  #advance(size: number): number {
    const at = this.#end;
    if (at + size <= this.#slab.length) {
      this.#end = at + size;
      return at;
    }
    this.#renew(size);
    return this.#advance(size);
  }

  #renew(size: number): void {
    const kept = this.length;
    // As large as the last one, so that one turn after the other finds room without growing and copying.
    const usual = Math.min(this.#slab.length, KEPT_SLAB_SIZE);
    const slab = Buffer.allocUnsafeSlow(Math.max(usual, (kept + size) * 2));
    this.#slab.copy(slab, 0, this.#start, this.#end);
    this.#slab = slab;
    this.#start = 0;
    this.#end = kept;
  }

  #begin(size: number): void {
    this.#slab = Buffer.allocUnsafeSlow(size);
    this.#start = 0;
    this.#end = 0;
  }
}
