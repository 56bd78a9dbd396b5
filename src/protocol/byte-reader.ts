import { isUtf8 } from 'node:buffer';
import { AmqpError } from './amqp-error.js';
import { RecurringNames } from './recurring-names.js';

/** Names of headers, of all connections. */
const names = new RecurringNames();

/**
 * Reads bytes one after the other.
 *
 * @throws AmqpError `FRAME_ERROR` from every method that would read past the end, and from `end` before it.
 */
export class ByteReader {
  readonly #buffer: Buffer;
  readonly #end: number;
  #at: number;

  /** Reads from `start` to `end` of `buffer`; all of it by default. */
  constructor(buffer: Buffer, start = 0, end: number = buffer.length) {
    this.#buffer = buffer;
    this.#at = start;
    this.#end = end;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#end - this.#at;
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

  /** A short string of which there are few. */
  name(): string {
    const size = this.octet();
    return names.read(this.#buffer, this.#advance(size), size);
  }

  /** A long string as a view of its bytes. */
  longstr(): Buffer {
    return this.bytes(this.long());
  }

  /** A long string as text; as a view of its bytes where it is no UTF-8. */
  longtext(): string | Buffer {
    const size = this.long();
    const at = this.#advance(size);
    const text = this.#buffer.toString('utf8', at, at + size);
    // n.b. what is no UTF-8 is read as this letter, which may have been sent, too. To look for it is cheaper than to look at the bytes first.
    if (!text.includes('\uFFFD')) return text;
    const bytes = this.#buffer.subarray(at, at + size);
    return isUtf8(bytes) ? text : bytes;
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
    if (at + size > this.#end) throw new AmqpError('FRAME_ERROR', 'the frame ends inside a field');
    this.#at = at + size;
    return at;
  }
}
