import { AmqpError } from './amqp-error.js';

/**
 * Reads bytes one after the other.
 *
 * @throws AmqpError `FRAME_ERROR` from every method that would read past the end, and from `end` before it.
 */
export class ByteReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#buffer.length - this.#at;
  }

  /** Sees to it that nothing is left. */
  end(): void {
    if (this.left > 0) throw new AmqpError('FRAME_ERROR', 'the frame goes on after its last field');
  }

  octet(): number {
    return this.#buffer[this.#advance(1)] as number;
  }

  short(): number {
    const at = this.#advance(2);
    return ((this.#buffer[at] as number) << 8) | (this.#buffer[at + 1] as number);
  }

  long(): number {
    return this.#buffer.readUInt32BE(this.#advance(4));
  }

  /** An unsigned 64-bit integer as a number. */
  longlong(): number {
    return this.long() * 0x1_0000_0000 + this.long();
  }

  int8(): number {
    return this.#buffer.readInt8(this.#advance(1));
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#advance(4));
  }

  int64(): bigint {
    return this.#buffer.readBigInt64BE(this.#advance(8));
  }

  uint64(): bigint {
    return this.#buffer.readBigUInt64BE(this.#advance(8));
  }

  float(): number {
    return this.#buffer.readFloatBE(this.#advance(4));
  }

  double(): number {
    return this.#buffer.readDoubleBE(this.#advance(8));
  }

  shortstr(): string {
    return this.#text(this.octet());
  }

  /** A long string as a view of its bytes. */
  longstr(): Buffer {
    return this.bytes(this.long());
  }

  bytes(size: number): Buffer {
    const at = this.#advance(size);
    return this.#buffer.subarray(at, at + size);
  }

  #text(size: number): string {
    if (size === 0) return '';
    const at = this.#advance(size);
    return this.#buffer.toString('utf8', at, at + size);
  }

  #advance(size: number): number {
    const at = this.#at;
    if (at + size > this.#buffer.length) throw new AmqpError('FRAME_ERROR', 'the frame ends inside a field');
    this.#at = at + size;
    return at;
  }
}
