import { ByteWriter } from './byte-writer.js';
import { BASIC_CLASS, FRAME_END, FRAME_OVERHEAD, FrameType } from './constants.js';
import { writeMethod } from './method-codec.js';
import { writeProperties } from './property-codec.js';
import type { ContentMethodName, MethodInput, MethodName, Properties } from './types.js';

/** The properties of a message, or the flags and list as they were read, to be sent on unchanged. */
export type ContentProperties = Properties | Uint8Array;

/** Where a message is published. */
export interface Place {
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
}

/** From here on a part of a body is handed on as it is: to copy it would cost more than another piece does. */
const LARGE = 32 * 1024;

interface EncodedPlace extends Place {
  readonly channel: number;
  /** The frame of the method; made when the place comes a second time. */
  readonly frame: Buffer | undefined;
}

/**
 * Writes whole frames, one after the other, into a slab; `take` gives the bytes of all frames written
 * since the last time, for one write to the socket. Large bodies are not copied: `takePieces` gives them as they are.
 */
export class FrameWriter {
  readonly #bytes: ByteWriter = new ByteWriter();
  /** What comes before that which is in `bytes`. */
  #pieces: Uint8Array[] = [];
  #piecesLength = 0;
  #bodyMax = 131_072 - FRAME_OVERHEAD;
  #lastPlace: EncodedPlace | undefined;

  /** The negotiated `frame_max`; 0 means no limit. Bodies are cut so that no frame is larger. */
  set frameMax(size: number) {
    this.#bodyMax = (size === 0 ? 0x7fff_ffff : size) - FRAME_OVERHEAD;
  }

  /** Bytes written and not taken yet. */
  get length(): number {
    return this.#piecesLength + this.#bytes.length;
  }

  /** The frames written since the last call. */
  take(): Buffer {
    return this.#pieces.length === 0 ? this.#bytes.take() : Buffer.concat(this.takePieces());
  }

  /**
   * The frames written since the last call, in pieces that belong behind each other, with nothing between them. Some are
   * parts of the bodies that were given, which must not change until they are written.
   */
  takePieces(): readonly Uint8Array[] {
    const pieces = this.#pieces;
    if (this.#bytes.length > 0) pieces.push(this.#bytes.take());
    this.#pieces = [];
    this.#piecesLength = 0;
    return pieces;
  }

  /** Writes bytes that are no frame, such as the protocol header. */
  raw(bytes: Uint8Array): void {
    this.#bytes.bytes(bytes);
  }

  heartbeat(): void {
    this.#close(this.#open(FrameType.heartbeat, 0));
  }

  /**
   * Writes a method frame. When a field cannot be written nothing is.
   *
   * @throws RangeError when a short string takes more than 255 bytes; TypeError when a table holds what AMQP cannot.
   */
  method<N extends MethodName>(channel: number, name: N, input: MethodInput<N>): void {
    const mark = this.#bytes.length;
    const size = this.#open(FrameType.method, channel);
    try {
      writeMethod(this.#bytes, name, input);
    } catch (error) {
      this.#bytes.rewind(mark);
      throw error;
    }
    this.#close(size);
  }

  /**
   * Writes the frames of a method with content: method, header, and as many body frames as it takes. The header is not held
   * to the size that was agreed upon, as RabbitMQ does not hold it: what dead-lettering adds must get out.
   * Throws as `method` does; then it has written nothing.
   */
  content<N extends ContentMethodName>(
    channel: number,
    name: N,
    input: MethodInput<N>,
    properties: ContentProperties,
    body: Uint8Array,
  ): void {
    const mark = this.#bytes.length;
    try {
      this.method(channel, name, input);
      this.#header(channel, properties, body.length);
    } catch (error) {
      this.#bytes.rewind(mark);
      throw error;
    }
    this.#body(channel, body);
  }

  /**
   * Writes a `basic.publish` as `content` would. Where it goes is not encoded again while it is the same as last time.
   *
   * @throws RangeError also for properties that do not fit in one frame.
   */
  publish(channel: number, place: Place, properties: ContentProperties, body: Uint8Array): void {
    const mark = this.#bytes.length;
    try {
      this.#place(channel, place);
      const size = this.#header(channel, properties, body.length);
      // A header cannot be cut in parts as a body can (section 4.2.6.1).
      if (size > this.#bodyMax) throw new RangeError('The properties are larger than a frame');
    } catch (error) {
      this.#bytes.rewind(mark);
      throw error;
    }
    this.#body(channel, body);
  }

  #place(channel: number, { exchange, routingKey, mandatory }: Place): void {
    const last = this.#lastPlace;
    const isHere = last?.channel === channel && last.exchange === exchange;
    const isSame = isHere && last.routingKey === routingKey && last.mandatory === mandatory;
    if (isSame && last.frame) {
      this.#bytes.bytes(last.frame);
      return;
    }
    const mark = this.#bytes.length;
    this.method(channel, 'basic.publish', { exchange, routingKey, mandatory });
    const frame = isSame ? this.#bytes.copy(mark) : undefined;
    this.#lastPlace = { channel, exchange, routingKey, mandatory, frame };
  }

  /** @returns the size of its payload. */
  #header(channel: number, properties: ContentProperties, bodySize: number): number {
    const size = this.#open(FrameType.header, channel);
    this.#bytes.short(BASIC_CLASS);
    this.#bytes.short(0);
    this.#bytes.longlong(bodySize);
    if (properties instanceof Uint8Array) this.#bytes.bytes(properties);
    else writeProperties(this.#bytes, properties);
    const end = this.#bytes.length;
    this.#close(size);
    return end - size - 4;
  }

  #body(channel: number, body: Uint8Array): void {
    for (let at = 0; at < body.length; at += this.#bodyMax) {
      const part = body.length <= this.#bodyMax ? body : body.subarray(at, at + this.#bodyMax);
      const size = this.#open(FrameType.body, channel);
      if (part.length < LARGE) {
        this.#bytes.bytes(part);
        this.#close(size);
      } else this.#handOn(size, part);
    }
  }

  /** Ends a frame by bytes that are not copied. */
  #handOn(size: number, part: Uint8Array): void {
    this.#bytes.setSize(size, part.length);
    this.#piecesLength += this.#bytes.length + part.length;
    this.#pieces.push(this.#bytes.take(), part);
    this.#bytes.octet(FRAME_END);
  }

  /** Begins a frame; gives the place of its size, for `#close`. */
  #open(type: number, channel: number): number {
    this.#bytes.octet(type);
    this.#bytes.short(channel);
    return this.#bytes.openSize();
  }

  #close(size: number): void {
    this.#bytes.closeSize(size);
    this.#bytes.octet(FRAME_END);
  }
}
