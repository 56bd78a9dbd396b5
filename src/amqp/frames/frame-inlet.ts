import { type Frame, FrameReader, FrameType, HotReader } from '../../protocol/index.js';
import type { AmqplibFrame, ConnectionInternals } from './amqplib-internals.js';

/** Class and method id, as the first four bytes of a method frame have them. */
const BASIC_DELIVER = 0x003c_003c;
const BASIC_ACK = 0x003c_0050;
const BASIC = 60;

/**
 * How large a frame with properties may be. RabbitMQ does not cut them, nor hold them to what was agreed upon: a message
 * whose headers just fitted when it was sent has `x-death` in them when it was dead-lettered, and who refuses its frame
 * loses the connection, and gets it again. amqplib goes as far.
 */
const headerMax = 64 * 1024 * 1024;

/**
 * Cuts what comes into frames and decodes those of messages, all that anybody at another connection can have a part in, and
 * confirms. amqplib's decoder reads all others, and amqplib does with all of them what it always does.
 */
export class FrameInlet {
  readonly #internals: ConnectionInternals;
  readonly #frames: FrameReader;
  readonly #reader = new HotReader();
  readonly #accept = (frame: Frame): void => this.#internals.accept(this.#decode(frame));

  constructor(internals: ConnectionInternals) {
    this.#internals = internals;
    this.#frames = new FrameReader(internals.frameMax, {
      headerMax: Math.max(internals.frameMax, headerMax),
    });
  }

  /** @throws AmqpError for bytes that are no frames, and what amqplib throws for frames it does not expect. */
  read(bytes: Buffer): void {
    this.#frames.push(bytes, this.#accept);
  }

  #decode(frame: Frame): AmqplibFrame {
    if (frame.type === FrameType.body) return { channel: frame.channel, content: frame.payload };
    if (frame.type === FrameType.header) return this.#header(frame);
    if (frame.type === FrameType.method) return this.#method(frame);
    return this.#internals.decode(frame.whole);
  }

  #method(frame: Frame): AmqplibFrame {
    const { channel, bytes, start } = frame;
    const id = bytes.readUInt32BE(start);
    if (id === BASIC_DELIVER) return { id, channel, fields: this.#reader.delivery(frame) };
    if (id === BASIC_ACK) return { id, channel, fields: this.#reader.confirm(frame) };
    return this.#internals.decode(frame.whole);
  }

  #header(frame: Frame): AmqplibFrame {
    const fields = this.#reader.properties(frame);
    return { id: BASIC, channel: frame.channel, size: this.#reader.bodySize(frame), fields };
  }
}
