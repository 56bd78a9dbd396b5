import { AmqpError } from './amqp-error.js';
import { FRAME_END, FRAME_OVERHEAD, FrameType } from './constants.js';

const HEAD = 7;
const knownTypes: ReadonlySet<number> = new Set(Object.values(FrameType));

/** A frame of the wire, where it lies in the bytes that came. */
export class Frame {
  readonly type: number;
  readonly channel: number;
  readonly bytes: Buffer;
  /** Where its payload begins in `bytes`, and where it ends. */
  readonly start: number;
  readonly end: number;

  constructor(bytes: Buffer, at: number, end: number) {
    this.type = bytes[at] as number;
    this.channel = ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
    this.bytes = bytes;
    this.start = at + HEAD;
    this.end = end - 1;
  }

  /** The payload: a view that stays valid. Made anew each time, which is a good part of what a short frame costs. */
  get payload(): Buffer {
    return this.bytes.subarray(this.start, this.end);
  }

  /** All of it, with its head and its end mark. */
  get whole(): Buffer {
    return this.bytes.subarray(this.start - HEAD, this.end + 1);
  }
}

/** What a {@link FrameReader} may be told. */
export interface FrameReaderOptions {
  /** The largest frame with the properties of a message, where it may be larger than others. @default as the others */
  readonly headerMax?: number;
  /** By how many bytes a frame may be larger than `frameMax`. @default 0 */
  readonly tolerance?: number;
}

/**
 * Cuts a byte stream into frames, however the bytes are split. Holds at most one unfinished frame, and
 * refuses one that is too large as soon as its size is known.
 */
export class FrameReader {
  /** The largest frame that is accepted, in bytes with its overhead; 0 means no limit. */
  frameMax: number;
  readonly #headerMax: number | undefined;
  readonly #tolerance: number;
  #parts: Buffer[] = [];
  #held = 0;
  #wanted = HEAD;

  constructor(frameMax: number, { headerMax, tolerance = 0 }: FrameReaderOptions = {}) {
    this.frameMax = frameMax;
    this.#headerMax = headerMax;
    this.#tolerance = tolerance;
  }

  /**
   * Takes the next bytes of the stream and calls `visit` for each frame they complete, in order.
   *
   * @throws AmqpError `FRAME_ERROR` for an unknown type, a size over the limit or a missing end mark.
   *   The reader is of no use afterwards. What `visit` throws passes through.
   */
  push(chunk: Buffer, visit: (frame: Frame) => void): void {
    this.#parts.push(chunk);
    this.#held += chunk.length;
    if (this.#held < this.#wanted) return;
    const bytes = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts, this.#held);
    const rest = this.#cut(bytes, visit);
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#held = rest.length;
  }

  #cut(bytes: Buffer, visit: (frame: Frame) => void): Buffer {
    let at = 0;
    while (bytes.length - at >= HEAD) {
      const end = at + this.#frameSize(bytes, at);
      if (end > bytes.length) {
        this.#wanted = end - at;
        return bytes.subarray(at);
      }
      if (bytes[end - 1] !== FRAME_END) throw new AmqpError('FRAME_ERROR', 'a frame does not end with 0xCE');
      const frame = new Frame(bytes, at, end);
      at = end;
      visit(frame);
    }
    this.#wanted = HEAD;
    return bytes.subarray(at);
  }

  #frameSize(bytes: Buffer, at: number): number {
    const type = bytes[at] as number;
    if (!knownTypes.has(type)) throw new AmqpError('FRAME_ERROR', `unknown frame type ${type}`);
    const size = bytes.readUInt32BE(at + 3) + FRAME_OVERHEAD;
    const max = this.#maxOf(type);
    if (max !== 0 && size > max + this.#tolerance)
      throw new AmqpError('FRAME_ERROR', `frame of ${size} bytes, the maximum is ${max}`);
    return size;
  }

  #maxOf(type: number): number {
    return type === FrameType.header ? (this.#headerMax ?? this.frameMax) : this.frameMax;
  }
}
