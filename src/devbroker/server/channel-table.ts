import { AmqpError, ByteReader, type Frame, FrameType, readMethod } from '../../protocol/index.js';
import { ChannelSession } from './channel-session.js';
import type { Connection } from './connection.js';

/** How much a client may have sent of messages that are not complete, on all its channels. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;

/** The channels of a connection by their numbers. */
export class ChannelTable {
  readonly #connection: Connection;
  readonly #sessions = new Map<number, ChannelSession>();
  #heldBytes = 0;

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
   * @throws AmqpError 504 when the channel is not open, 506 when too many messages are not complete, 530 when there are
   *   too many channels.
   */
  handle(frame: Frame, channelMax: number): void {
    const session = this.#sessions.get(frame.channel);
    if (session) this.#handOver(session, frame);
    else this.#open(frame, channelMax);
  }

  /** Lets a channel go that both sides have closed. */
  forget(channel: number): void {
    this.#heldBytes -= this.#sessions.get(channel)?.heldBytes ?? 0;
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

  #handOver(session: ChannelSession, frame: Frame): void {
    const before = session.heldBytes;
    session.handle(frame);
    this.#heldBytes += session.heldBytes - before;
    if (this.#heldBytes <= MAX_HELD_BYTES) return;
    throw new AmqpError('RESOURCE_ERROR', 'too many large messages begun and not ended');
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
