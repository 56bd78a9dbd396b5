import type { Socket } from 'node:net';
import {
  AmqpError,
  ByteReader,
  type Frame,
  FrameType,
  type Method,
  PROTOCOL_HEADER,
  readMethod,
} from '../../protocol/index.js';
import type { Access } from '../core/access.js';
import type { ChannelContext, ChannelSink } from '../core/channel-context.js';
import type { BrokerClock } from '../core/clock.js';
import type { EventStream } from '../core/events.js';
import type { Interceptor } from '../core/interceptor.js';
import type { ReplyRegistry } from '../core/reply-registry.js';
import type { VirtualHost } from '../core/virtual-host.js';
import { ChannelSession, shorten } from './channel-session.js';
import { Handshake, type HandshakeContext } from './handshake.js';
import { keepHeartbeat } from './heartbeat.js';
import { Wire, type WireListener } from './wire.js';

/** How long a client may take to answer that the connection is closed. */
const CLOSE_GRACE_MS = 3000;

/** What a connection needs of its broker. */
export interface ConnectionContext extends HandshakeContext {
  readonly clock: BrokerClock;
  readonly events: EventStream;
  readonly replies: ReplyRegistry;
  readonly interceptor: Interceptor;
  /** Why publishers are held up at present, if they are. */
  readonly blockReason: string | undefined;
  onClosed(connection: Connection): void;
}

type State = 'header' | 'start-ok' | 'tune-ok' | 'open' | 'running' | 'closing' | 'closed';

/** A client's connection, from its first byte to its last. */
export class Connection implements WireListener {
  readonly wire: Wire;
  readonly #context: ConnectionContext;
  readonly #handshake: Handshake;
  readonly #channels = new Map<number, ChannelSession>();
  readonly #address: string;
  #state: State = 'header';
  #head: Buffer = Buffer.alloc(0);
  #opened: { readonly virtualHost: VirtualHost; readonly access: Access } | undefined;
  #stopHeartbeat: () => void = () => {};
  #closeReason = 'connection lost';
  /** Frames not taken yet, while the client is held up for publishing; `undefined` while it is not. */
  #waiting: Frame[] | undefined;

  constructor(socket: Socket, context: ConnectionContext) {
    this.#context = context;
    this.#address = `${socket.remoteAddress}:${socket.remotePort}`;
    this.wire = new Wire(socket, context.clock, context.tune.frameMax, this);
    this.#handshake = new Handshake(context, this.wire);
  }

  /** The name the client gave itself (`connection_name`), else its address. */
  get name(): string {
    const name = this.#handshake.clientProperties['connection_name'];
    return typeof name === 'string' ? name : this.#address;
  }

  /** Whether the handshake is done and nobody has closed. */
  get isRunning(): boolean {
    return this.#state === 'running';
  }

  get virtualHost(): VirtualHost {
    return this.#session.virtualHost;
  }

  get access(): Access {
    return this.#session.access;
  }

  get replies(): ReplyRegistry {
    return this.#context.replies;
  }

  get channels(): Iterable<ChannelSession> {
    return this.#channels.values();
  }

  /** Whether the client understands a `basic.cancel` from the broker. */
  get wantsCancelNotices(): boolean {
    return this.#canClient('consumer_cancel_notify');
  }

  /** What the core of a channel is opened with. */
  channelContext(sink: ChannelSink): ChannelContext {
    const { replies, events, interceptor } = this.#context;
    return {
      virtualHost: this.virtualHost,
      access: this.access,
      sink,
      connection: this,
      replies,
      events,
      interceptor,
    };
  }

  onBytes(bytes: Buffer): void {
    try {
      const rest = this.#state === 'header' ? this.#readHeader(bytes) : bytes;
      if (rest.length > 0 && this.#state !== 'closed') this.wire.read(rest, (frame) => this.#take(frame));
    } catch (error) {
      this.#failBroken(error);
    }
  }

  onFlush(): void {
    for (const session of this.#channels.values()) session.flush();
  }

  onDrained(): void {
    for (const session of this.#channels.values()) session.channel.pump();
  }

  onClosed(): void {
    this.#end();
    this.#context.onClosed(this);
  }

  /** Closes the connection from the broker's side; the client is told why. */
  fail(error: AmqpError, culprit: readonly [classId: number, methodId: number] = [0, 0]): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    this.announceError(error.message);
    this.#closeReason = error.message;
    this.#end();
    this.#state = 'closing';
    const [classId, methodId] = culprit;
    const replyText = shorten(error.message);
    this.wire.method(0, 'connection.close', { replyCode: error.code, replyText, classId, methodId });
    setTimeout(() => this.wire.cut(), CLOSE_GRACE_MS).unref();
  }

  /** Lets a channel go that both sides have closed. */
  forget(channel: number): void {
    this.#channels.delete(channel);
  }

  announceError(text: string): void {
    const { events } = this.#context;
    if (events.isWatched) events.emit({ type: 'error', connection: this.name, text });
  }

  /** Publishing is possible again: what the client sent meanwhile is taken. */
  unblock(): void {
    const waiting = this.#waiting;
    if (!waiting) return;
    this.#waiting = undefined;
    if (this.#canClient('connection.blocked')) this.wire.method(0, 'connection.unblocked', {});
    for (const frame of waiting) this.#take(frame);
    if (!this.#waiting) this.wire.resume();
  }

  get #session(): { readonly virtualHost: VirtualHost; readonly access: Access } {
    if (!this.#opened) throw new AmqpError('CHANNEL_ERROR', 'the connection is not open');
    return this.#opened;
  }

  #readHeader(bytes: Buffer): Buffer {
    this.#head = Buffer.concat([this.#head, bytes]);
    const size = PROTOCOL_HEADER.length;
    if (this.#head.length < size) return Buffer.alloc(0);
    if (!this.#head.subarray(0, size).equals(PROTOCOL_HEADER)) {
      this.#state = 'closed';
      this.wire.raw(PROTOCOL_HEADER);
      this.wire.end();
      return Buffer.alloc(0);
    }
    this.#state = 'start-ok';
    this.#handshake.start();
    return this.#head.subarray(size);
  }

  #take(frame: Frame): void {
    if (this.#waiting) {
      this.#waiting.push(frame);
      return;
    }
    try {
      this.#handle(frame);
    } catch (error) {
      this.#failBroken(error, frame);
    }
  }

  #handle(frame: Frame): void {
    if (this.#state === 'closed' || frame.type === FrameType.heartbeat) return;
    if (frame.channel === 0) this.#handleMethod(frame);
    else if (this.#state === 'running') this.#handleChannel(frame);
    else if (this.#state !== 'closing') {
      throw new AmqpError('CHANNEL_ERROR', `frame on channel ${frame.channel} before the connection is open`);
    }
  }

  #handleChannel(frame: Frame): void {
    const session = this.#channels.get(frame.channel);
    if (!session) {
      this.#openChannel(frame);
      return;
    }
    if (this.#context.blockReason !== undefined && session.isAtRest && isPublish(frame)) this.#block(frame);
    else session.handle(frame);
  }

  #openChannel(frame: Frame): void {
    const { channelMax } = this.#handshake.tuned;
    if (frame.type !== FrameType.method) throw new AmqpError('CHANNEL_ERROR', "expected 'channel.open'");
    const { name } = readMethod(new ByteReader(frame.payload));
    if (name === 'channel.close-ok') return;
    if (name !== 'channel.open') throw new AmqpError('CHANNEL_ERROR', "expected 'channel.open'");
    if (channelMax !== 0 && this.#channels.size >= channelMax) {
      const text = `number of channels opened (${channelMax}) has reached the negotiated channel_max (${channelMax})`;
      throw new AmqpError('NOT_ALLOWED', text);
    }
    const session = new ChannelSession(frame.channel, this);
    this.#channels.set(frame.channel, session);
    session.reply('channel.open-ok', {});
  }

  #block(frame: Frame): void {
    this.#waiting = [frame];
    this.wire.pause();
    const reason = this.#context.blockReason ?? '';
    if (this.#canClient('connection.blocked')) this.wire.method(0, 'connection.blocked', { reason });
  }

  #handleMethod(frame: Frame): void {
    if (frame.type !== FrameType.method) {
      throw new AmqpError('UNEXPECTED_FRAME', 'expected method frame, got non method frame instead');
    }
    const method = readMethod(new ByteReader(frame.payload), 'exact');
    if (method.name === 'connection.close-ok') this.#finish();
    else if (method.name === 'connection.close') this.#closedByClient(method.fields.replyText);
    else if (this.#state !== 'closing') this.#progress(method);
  }

  #progress(method: Method): void {
    const expects = `connection.${this.#state}`;
    if (method.name === 'connection.start-ok' && method.name === expects) {
      this.#handshake.startOk(method.fields);
      this.#state = 'tune-ok';
    } else if (method.name === 'connection.tune-ok' && method.name === expects) {
      this.#handshake.tuneOk(method.fields);
      this.#state = 'open';
    } else if (method.name === 'connection.open' && method.name === expects) {
      this.#run(this.#handshake.open(method.fields));
    } else if (method.name === 'connection.update-secret' && this.#state === 'running') {
      this.wire.method(0, 'connection.update-secret-ok', {});
    } else throw new AmqpError('COMMAND_INVALID', `unexpected method ${method.name}`);
  }

  #run(opened: { readonly virtualHost: VirtualHost; readonly access: Access }): void {
    this.#opened = opened;
    this.#state = 'running';
    const { heartbeatSeconds } = this.#handshake.tuned;
    this.#stopHeartbeat = keepHeartbeat(this.wire, heartbeatSeconds, () => this.#waiting !== undefined);
    this.wire.method(0, 'connection.open-ok', {});
    const { user } = opened.access;
    const virtualHost = opened.virtualHost.name;
    this.#context.events.emit({ type: 'connected', connection: this.name, user, virtualHost });
  }

  #closedByClient(replyText: string): void {
    this.#closeReason = replyText === '' ? 'closed by the client' : `closed by the client: ${replyText}`;
    this.#end();
    this.wire.method(0, 'connection.close-ok', {});
    this.#finish();
  }

  #finish(): void {
    this.#state = 'closed';
    this.wire.end();
  }

  #failBroken(error: unknown, frame?: Frame): void {
    const known = error instanceof AmqpError ? error : new AmqpError('INTERNAL_ERROR', String(error));
    const isMethod = frame?.type === FrameType.method && frame.payload.length >= 4;
    this.fail(known, isMethod ? [frame.payload.readUInt16BE(0), frame.payload.readUInt16BE(2)] : [0, 0]);
  }

  /** Consumers of all channels first: what one channel gives back must not come out of another. */
  #end(): void {
    this.#stopHeartbeat();
    this.#waiting = undefined;
    const wasRunning = this.#opened !== undefined;
    for (const { channel } of this.#channels.values()) channel.endConsumers();
    for (const { channel } of this.#channels.values()) channel.close();
    this.#channels.clear();
    this.#opened?.virtualHost.deleteQueuesOf(this);
    this.#opened = undefined;
    if (this.#state !== 'closing') this.#state = 'closed';
    if (!wasRunning) return;
    this.#context.events.emit({ type: 'disconnected', connection: this.name, reason: this.#closeReason });
  }

  #canClient(capability: string): boolean {
    const capabilities = this.#handshake.clientProperties['capabilities'];
    return (capabilities as Record<string, unknown> | undefined)?.[capability] === true;
  }
}

const PUBLISH = 0x003c_0028;

function isPublish(frame: Frame): boolean {
  return (
    frame.type === FrameType.method && frame.payload.length >= 4 && frame.payload.readUInt32BE(0) === PUBLISH
  );
}
