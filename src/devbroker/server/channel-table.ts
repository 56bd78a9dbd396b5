import { AmqpError, ByteReader, type Frame, FrameType, readMethod } from '../../protocol/index.js';
import { ChannelSession } from './channel-session.js';
import type { Connection } from './connection.js';

/** The channels of a connection by their numbers. */
export class ChannelTable {
  readonly #connection: Connection;
  readonly #sessions = new Map<number, ChannelSession>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  [Symbol.iterator](): Iterator<ChannelSession> {
    return this.#sessions.values();
  }

  /** Whether the frame begins a publish. */
  isPublish(frame: Frame): boolean {
    const session = this.#sessions.get(frame.channel);
    return session?.isAtRest === true && isPublishFrame(frame);
  }

  /**
   * Hands a frame to its channel, or opens the channel.
   *
   * @throws AmqpError 504 when the channel is not open, 530 when there are too many.
   */
  handle(frame: Frame, channelMax: number): void {
    const session = this.#sessions.get(frame.channel);
    if (session) session.handle(frame);
    else this.#open(frame, channelMax);
  }

  /** Lets a channel go that both sides have closed. */
  forget(channel: number): void {
    this.#sessions.delete(channel);
  }

  /** Closes all. Consumers end first everywhere: what one channel gives back must not come out of another. */
  close(): void {
    const channels = [...this.#sessions.values()].map(({ channel }) => channel);
    const queues = channels.flatMap((channel) => channel.removeConsumers());
    for (const channel of channels) channel.close();
    for (const queue of queues) queue.pump();
    this.#sessions.clear();
  }

  #open(frame: Frame, channelMax: number): void {
    if (frame.type !== FrameType.method) throw new AmqpError('CHANNEL_ERROR', "expected 'channel.open'");
    const { name } = readMethod(new ByteReader(frame.payload));
    // The client's answer to a channel error may cross the client's own closing of that channel.
    if (name === 'channel.close-ok') return;
    if (name !== 'channel.open') throw new AmqpError('CHANNEL_ERROR', "expected 'channel.open'");
    if (channelMax !== 0 && this.#sessions.size >= channelMax) {
      const text = `number of channels opened (${channelMax}) has reached the negotiated channel_max (${channelMax})`;
      throw new AmqpError('NOT_ALLOWED', text);
    }
    const session = new ChannelSession(frame.channel, this.#connection);
    this.#sessions.set(frame.channel, session);
    session.reply('channel.open-ok', {});
  }
}

const PUBLISH = 0x003c_0028;

function isPublishFrame({ type, payload }: Frame): boolean {
  return type === FrameType.method && payload.length >= 4 && payload.readUInt32BE(0) === PUBLISH;
}
