import { AmqpError } from './amqp-error.js';
import { ByteReader } from './byte-reader.js';
import { BASIC_CLASS, FrameType } from './constants.js';
import type { Frame } from './frame-reader.js';
import { hasContent, readMethod } from './method-codec.js';
import { readProperties } from './property-codec.js';
import type { NumberReading } from './table-reader.js';
import type { Method, MethodName, Properties } from './types.js';

/** The content of a message as it came. */
export interface Content {
  readonly properties: Properties;
  /** Property flags and list as they came, for sending on unchanged. */
  readonly encodedProperties: Buffer;
  readonly body: Buffer;
}

/** A method together with the content that followed it, if it is one that carries content. */
export interface Command {
  readonly method: Method;
  readonly content: Content | undefined;
}

/** What a {@link CommandReader} may be told. */
export interface CommandReaderOptions {
  /** @default 'plain' */
  readonly numbers?: NumberReading;
  /** A body announced to be longer is refused before it comes. @default no limit */
  readonly maxBodyBytes?: number;
}

type FrameParts = Pick<Frame, 'type' | 'payload'>;

/** Puts the frames of one channel together to commands. */
export class CommandReader {
  readonly #numbers: NumberReading;
  readonly #maxBodyBytes: number;
  #method: Method | undefined;
  #properties: Properties | undefined;
  #encoded: Buffer = Buffer.alloc(0);
  #parts: Buffer[] = [];
  #missing = 0;
  #held = 0;

  constructor(options: CommandReaderOptions = {}) {
    this.#numbers = options.numbers ?? 'plain';
    this.#maxBodyBytes = options.maxBodyBytes ?? Number.POSITIVE_INFINITY;
  }

  /** The method whose content is awaited. */
  get awaitingContent(): MethodName | undefined {
    return this.#method?.name;
  }

  /** Bytes of a body that is not complete. */
  get heldBytes(): number {
    return this.#held;
  }

  /**
   * Takes the next frame; returns the command when it is complete. Content is a copy, it does not keep
   * the bytes of the socket alive.
   *
   * @throws AmqpError `UNEXPECTED_FRAME` when frames come in wrong order, `FRAME_ERROR` when the body is
   *   longer than its header said, `PRECONDITION_FAILED` when it is over `maxBodyBytes`, and what reading methods and properties throws.
   */
  read(frame: FrameParts): Command | undefined {
    if (this.#method === undefined) return this.#readMethod(frame);
    if (this.#properties === undefined) return this.#readHeader(frame, this.#method);
    return this.#readBody(frame, this.#method, this.#properties);
  }

  #readMethod(frame: FrameParts): Command | undefined {
    if (frame.type !== FrameType.method) {
      throw new AmqpError('UNEXPECTED_FRAME', 'expected method frame, got non method frame instead');
    }
    const method = readMethod(new ByteReader(frame.payload), this.#numbers);
    if (!hasContent(method.name)) return { method, content: undefined };
    this.#method = method;
    return undefined;
  }

  #readHeader(frame: FrameParts, method: Method): Command | undefined {
    const reader = new ByteReader(frame.payload);
    if (frame.type !== FrameType.header) {
      throw new AmqpError(
        'UNEXPECTED_FRAME',
        'expected content header, got non content header frame instead',
      );
    }
    if (reader.short() !== BASIC_CLASS) {
      throw new AmqpError(
        'UNEXPECTED_FRAME',
        'expected content header for class 60, got one of another class',
      );
    }
    reader.short();
    this.#missing = reader.longlong();
    this.#checkSize(this.#missing);
    this.#encoded = Buffer.from(frame.payload.subarray(12));
    const encoded = new ByteReader(this.#encoded);
    this.#properties = readProperties(encoded, this.#numbers);
    encoded.end();
    return this.#missing === 0 ? this.#complete(method, this.#properties, Buffer.alloc(0)) : undefined;
  }

  #checkSize(size: number): void {
    if (size <= this.#maxBodyBytes) return;
    const limit = this.#maxBodyBytes;
    throw new AmqpError(
      'PRECONDITION_FAILED',
      `message size ${size} is larger than configured max size ${limit}`,
    );
  }

  #readBody(frame: FrameParts, method: Method, properties: Properties): Command | undefined {
    if (frame.type !== FrameType.body) {
      throw new AmqpError('UNEXPECTED_FRAME', 'expected content body, got non content body frame instead');
    }
    this.#missing -= frame.payload.length;
    if (this.#missing < 0) throw new AmqpError('FRAME_ERROR', 'the content body is longer than announced');
    this.#parts.push(Buffer.from(frame.payload));
    this.#held += frame.payload.length;
    if (this.#missing > 0) return undefined;
    const [first] = this.#parts;
    const body = this.#parts.length === 1 && first !== undefined ? first : Buffer.concat(this.#parts);
    return this.#complete(method, properties, body);
  }

  #complete(method: Method, properties: Properties, body: Buffer): Command {
    this.#method = undefined;
    this.#properties = undefined;
    this.#parts = [];
    this.#held = 0;
    return { method, content: { properties, encodedProperties: this.#encoded, body } };
  }
}
