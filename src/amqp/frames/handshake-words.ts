import type { Duplex } from 'node:stream';
import { ByteReader, type Frame, FrameReader, FrameType, readMethod } from '../../protocol/index.js';

/** What the broker said when it closed a connection that was not open yet. */
export interface HandshakeWords {
  /** As in 530. */
  readonly replyCode: number;
  /** As in `NOT_ALLOWED - vhost shop not found`. Text of a peer: to be cut where it is told. */
  readonly replyText: string;
}

/** More than any frame of a handshake needs. */
const FRAME_MAX = 131_072;

/**
 * Hears what comes over a socket while amqplib makes a connection over it. amqplib expects `connection.open-ok` then, and of a
 * `connection.close` in its place it keeps nothing but the name.
 */
export class HandshakeListener {
  readonly #socket: Duplex;
  readonly #frames = new FrameReader(FRAME_MAX);
  #words: HandshakeWords | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
    // n.b. amqplib reads a paused stream: a listener for 'data' would take away what comes.
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      const bytes: unknown = read(size);
      if (Buffer.isBuffer(bytes)) this.#hear(bytes);
      return bytes;
    };
  }

  /** The words of its `connection.close`; undefined where it has said none. */
  get words(): HandshakeWords | undefined {
    return this.#words;
  }

  /** Leaves the socket as it was. */
  stop(): void {
    Reflect.deleteProperty(this.#socket, 'read');
  }

  #hear(bytes: Buffer): void {
    try {
      this.#frames.push(bytes, (frame) => this.#note(frame));
    } catch {
      // No AMQP: amqplib tells of that in its own words.
      this.stop();
    }
  }

  #note({ type, payload }: Frame): void {
    if (type !== FrameType.method) return;
    const { name, fields } = readMethod(new ByteReader(payload));
    if (name !== 'connection.close') return;
    this.#words = { replyCode: fields.replyCode, replyText: fields.replyText };
  }
}
