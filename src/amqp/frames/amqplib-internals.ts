import type { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { requireInstalled } from '../../common/installed.cjs';
import { inOwnContext } from '../../common/own-context.js';

/**
 * The only file that goes below amqplib's documented interface. What it needs is looked for at run time; where it is not
 * there any more, nothing is changed, and amqplib reads and writes as it always does.
 */

/** What amqplib keeps under a connection. */
interface Underlying extends EventEmitter {
  readonly stream: Duplex;
  readonly frameMax: number;
  readonly channels: Readonly<Record<number, { readonly buffer: Duplex } | undefined>>;
  /** Asked by the heartbeat: what was sent is as good as one. */
  sentSinceLastCheck: boolean;
  /** Asked by the heartbeat, too: what came is as good as one of the broker. */
  recvSinceLastCheck: boolean;
  /** Bytes that are not decoded yet. */
  rest: Buffer;
  /** Decodes the next frame, of `rest` and then of the stream. */
  recvFrame(): AmqplibFrame | false;
  accept(frame: AmqplibFrame): void;
}

/** A frame as amqplib's decoder gives it. */
export interface AmqplibFrame {
  readonly channel: number;
  /** Of the method, or of the class in a header. */
  readonly id?: number;
  readonly fields?: object;
  readonly size?: number;
  readonly content?: Buffer;
}

/** The way around amqplib's decoder. */
export interface ConnectionInternals {
  /** The largest frame that was agreed upon; 0 is no limit. */
  readonly frameMax: number;
  /** Decodes one frame as amqplib does. */
  decode(frame: Buffer): AmqplibFrame;
  /** What amqplib does with each frame that comes. */
  accept(frame: AmqplibFrame): void;
}

/** The way past amqplib's encoder to the socket, for one channel. */
export interface ChannelInternals {
  /** The number of the channel, in each of its frames. */
  readonly channel: number;
  /** The largest frame that was agreed upon; 0 is no limit. */
  readonly frameMax: number;
  /**
   * Writes whole frame sets, in pieces that belong behind each other. amqplib's own frames on the channel keep their place
   * before and after them. How much waits in the socket is up to whoever writes.
   */
  write(pieces: readonly Uint8Array[]): void;
}

/**
 * Calls amqplib's `connect` and tells of the socket that it opens, which it keeps to itself until the connection is there.
 *
 * Node's own `connect` is another one from the beginning of the call until amqplib calls it, which it does before it returns: nobody
 * else is there to see that.
 *
 * @param tell called with the socket before anything has come over it; not called where amqplib opens it otherwise.
 */
export function tellingSocket<T>(
  protocol: 'amqp' | 'amqps',
  connect: () => T,
  tell: (socket: Duplex) => void,
): T {
  // n.b. required: names that are imported cannot be set.
  const node: { connect: unknown } = requireInstalled(protocol === 'amqps' ? 'node:tls' : 'node:net');
  const original = node.connect as (...args: unknown[]) => Duplex;
  const restore = (): boolean => Reflect.set(node, 'connect', original);
  Reflect.set(node, 'connect', (...args: unknown[]): Duplex => {
    restore();
    const socket = original.apply(node, args);
    tell(socket);
    return socket;
  });
  try {
    return connect();
  } finally {
    restore();
  }
}

/**
 * Makes all frames of one turn leave in one system call. amqplib writes each frame set by itself, and with noDelay on
 * each would become a packet: a third of the client's CPU goes there.
 *
 * @returns whether writes are joined now.
 */
export function joinWrites(model: ChannelModel): boolean {
  const { stream } = model.connection as Partial<Underlying>;
  if (!(stream instanceof Duplex)) return false;
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  let corked = false;
  const release = (): void => {
    corked = false;
    stream.uncork();
  };
  stream.write = (...args: unknown[]): boolean => {
    if (!corked) {
      corked = true;
      stream.cork();
      // amqplib's multiplexer empties all channels in one go, so the end of that callback is the end of the turn.
      process.nextTick(release);
    }
    return write(...args);
  };
  return true;
}

/**
 * Reads what comes by another decoder than amqplib's.
 *
 * @param open makes the reader of the bytes. What that throws ends the connection, as a broken frame does.
 * @returns whether that is done now.
 */
export function readBy(
  model: ChannelModel,
  open: (internals: ConnectionInternals) => { read(bytes: Buffer): void },
): boolean {
  const connection = model.connection as unknown as Partial<Underlying>;
  if (!isReadable(connection)) return false;
  const { stream, frameMax, rest } = connection;
  const decode = connection.recvFrame.bind(connection);
  const inlet = open({
    frameMax,
    decode(frame) {
      connection.rest = frame;
      const decoded = decode();
      if (!decoded) throw new Error('amqplib did not decode a whole frame');
      return decoded;
    },
    accept: (frame) => connection.accept(frame),
  });
  const read = (bytes: Buffer): void => {
    connection.recvSinceLastCheck = true;
    try {
      inOwnContext(() => inlet.read(bytes));
    } catch (thrown) {
      // Whoever goes on sending rubbish into the closed connection must not fill our memory with it.
      stream.off('data', read);
      connection.emit('frameError', thrown);
    }
  };
  connection.rest = Buffer.alloc(0);
  stream.removeAllListeners('readable').on('data', read);
  if (rest.length > 0) read(rest);
  return true;
}

function isReadable(connection: Partial<Underlying>): connection is Underlying {
  const { stream, frameMax, rest, recvFrame, accept } = connection;
  if (!(stream instanceof Duplex) || stream.listenerCount('readable') !== 1) return false;
  const isBuilt = typeof recvFrame === 'function' && typeof accept === 'function' && Buffer.isBuffer(rest);
  return isBuilt && typeof frameMax === 'number';
}

/**
 * Opens the internals of a channel. Whoever writes through it counts his confirms himself: amqplib's own count would grow
 * without end, so it is taken off the channel.
 *
 * @param beforeAmqplib called when amqplib is about to write on the channel: what was not written yet must go first.
 * @returns undefined where amqplib is not built as it was.
 */
export function openInternals(channel: Channel, beforeAmqplib: () => void): ChannelInternals | undefined {
  const { ch, connection } = channel as unknown as { readonly ch?: number; readonly connection: Underlying };
  if (typeof ch !== 'number' || !(connection?.stream instanceof Duplex)) return undefined;
  const buffer = connection.channels?.[ch]?.buffer;
  if (!(buffer instanceof Duplex) || typeof connection.frameMax !== 'number') return undefined;
  const writeBehind = buffer.write.bind(buffer) as (...args: unknown[]) => boolean;
  buffer.write = (...args: unknown[]): boolean => {
    beforeAmqplib();
    return writeBehind(...args);
  };
  channel.removeAllListeners('ack').removeAllListeners('nack');
  return {
    channel: ch,
    frameMax: connection.frameMax,
    write(pieces) {
      connection.sentSinceLastCheck = true;
      const isFirst = buffer.readableLength === 0 && buffer.writableLength === 0;
      // Behind amqplib's it must be one: between two of its writes it takes those of other channels.
      if (isFirst) for (const piece of pieces) connection.stream.write(piece);
      else writeBehind(Buffer.concat(pieces));
    },
  };
}

/** What amqplib's channels have beside what is documented. */
interface UnderlyingChannel {
  readonly consumers: ReadonlyMap<string, unknown>;
  dispatchMessage(fields: { readonly consumerTag: string }, message: ConsumeMessage | null): unknown;
  sendImmediately(method: number, fields: object): unknown;
}

/**
 * Takes all messages of a channel from amqplib before it looks for their consumer.
 *
 * Where it knows none any more, it throws, which ends the whole connection; but a quorum queue's delivery may come right behind the
 * `cancel-ok`, and RabbitMQ 4.3 sends a second `basic.cancel` for a consumer whose next message is late, too: that is passed over. And
 * where it knows one, that may be wrapped by an instrumentation of amqplib, which keeps each message until it sees an ack of amqplib's
 * own, and ours are not.
 */
export function takeMessages(
  channel: Channel,
  take: (message: ConsumeMessage, consumerTag: string) => void,
): void {
  const below = channel as unknown as Partial<UnderlyingChannel>;
  if (!(below.consumers instanceof Map) || typeof below.dispatchMessage !== 'function') return;
  const { consumers } = below;
  const dispatch = below.dispatchMessage.bind(channel);
  below.dispatchMessage = (fields, message) => {
    if (message) return take(message, fields.consumerTag);
    return consumers.has(fields.consumerTag) ? dispatch(fields, message) : undefined;
  };
}

/** The number of `basic.cancel-ok` (AMQP 0-9-1 section 1.8.3.6). */
const CANCEL_OK = 0x003c_001f;

/**
 * Answers a `basic.cancel` of the broker, which amqplib never does. RabbitMQ 4.3 keeps a consumer that it has cancelled for
 * being late in its books until then.
 */
export function answerCancel(channel: Channel, consumerTag: string): void {
  const below = channel as unknown as Partial<UnderlyingChannel>;
  below.sendImmediately?.(CANCEL_OK, { consumerTag });
}
