import type { Socket } from 'node:net';
import {
  AmqpError,
  ByteReader,
  type Frame,
  FrameType,
  type Method,
  readMethod,
} from '../../protocol/index.js';
import type { ChannelContext, ChannelSink } from '../channels/channel-context.js';
import type { Access } from '../common/access.js';
import type { VirtualHost } from '../virtual-host/virtual-host.js';
import { type ChannelSession, shorten } from './channel-session.js';
import { ChannelTable } from './channel-table.js';
import type { ConnectionContext } from './connection-context.js';
import { type Culprit, culpritOf } from './culprit.js';
import { Handshake } from './handshake.js';
import { keepHeartbeat } from './heartbeat.js';
import { Intake, type IntakeListener } from './intake.js';
import { Wire, type WireListener } from './wire.js';

/** How long a client may take to answer that the connection is closed. */
const CLOSE_GRACE_MS = 3000;

/** What the next method on channel 0 has to be, or how far the end has come. */
type State = 'header' | 'start-ok' | 'tune-ok' | 'open' | 'running' | 'closing' | 'closed';

interface Opened {
  readonly virtualHost: VirtualHost;
  readonly access: Access;
}

/** A client's connection, from its first byte to its last. */
export class Connection implements WireListener, IntakeListener {
  readonly wire: Wire;
  readonly #context: ConnectionContext;
  readonly #handshake: Handshake;
  readonly #channels: ChannelTable;
  readonly #intake: Intake;
  readonly #address: string;
  #state: State = 'header';
  #opened: Opened | undefined;
  #stopHeartbeat: () => void = () => {};
  #closeReason = 'connection lost';

  constructor(socket: Socket, context: ConnectionContext) {
    this.#context = context;
    this.#address = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#channels = new ChannelTable(this);
    // Larger ones only once that is agreed upon.
    this.wire = new Wire(socket, context.clock, context.profile.leastFrameMax, this);
    this.#handshake = new Handshake(context, this.wire);
    this.#intake = new Intake(this.wire, context.turns, this);
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

  get opened(): Opened {
    if (!this.#opened) throw new AmqpError('CHANNEL_ERROR', 'the connection is not open');
    return this.#opened;
  }

  get channels(): Iterable<ChannelSession> {
    return this.#channels;
  }

  /** Whether the client understands a `basic.cancel` from the broker. */
  get wantsCancelNotices(): boolean {
    return this.#handshake.clientCan('consumer_cancel_notify');
  }

  /** What the core of a channel is opened with. */
  channelContext(sink: ChannelSink): ChannelContext {
    const { replies, events, interceptor } = this.#context;
    return { ...this.opened, sink, connection: this, replies, events, interceptor };
  }

  onBytes(bytes: Buffer): void {
    try {
      const rest = this.#state === 'header' ? this.#readHeader(bytes) : bytes;
      this.#intake.begin();
      if (rest && this.#state !== 'closed') this.wire.read(rest, (frame) => this.#intake.take(frame));
    } catch (error) {
      this.fail(error);
    }
  }

  onFlush(): void {
    for (const session of this.#channels) session.flush();
  }

  onDrained(): void {
    this.#intake.drained();
    for (const session of this.#channels) session.channel.pump();
  }

  onClosed(): void {
    this.#end('closed');
    this.#context.onClosed(this);
  }

  /** Closes the connection from the broker's side. The client is told why, unless RabbitMQ would not tell it. */
  fail(error: unknown, culprit: Culprit = [0, 0]): void {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    const known = error instanceof AmqpError ? error : new AmqpError('INTERNAL_ERROR', String(error));
    this.announceError(known.message);
    this.#closeReason = known.message;
    if (this.#isToldOf(known)) this.#closeWith(known, culprit);
    else this.drop();
  }

  /** Closes the socket without a word. */
  drop(): void {
    this.#end('closed');
    this.wire.end();
  }

  /** Lets a channel go that both sides have closed. */
  forget(channel: number): void {
    this.#channels.forget(channel);
  }

  announceError(text: string): void {
    const { events } = this.#context;
    if (events.isWatched) events.emit({ type: 'error', connection: this.name, text });
  }

  /** Publishing is possible again: what the client sent meanwhile is taken. */
  unblock(): void {
    this.#intake.unblock();
  }

  blockReason(frame: Frame): string | undefined {
    const { blockReason } = this.#context;
    return blockReason !== undefined && this.#channels.isPublish(frame) ? blockReason : undefined;
  }

  onBlocked(reason: string | undefined): void {
    if (!this.#handshake.clientCan('connection.blocked')) return;
    if (reason === undefined) this.wire.method(0, 'connection.unblocked', {});
    else this.wire.method(0, 'connection.blocked', { reason });
  }

  #readHeader(bytes: Buffer): Buffer | undefined {
    const rest = this.#handshake.readHeader(bytes);
    if (rest === false) this.drop();
    else if (rest) this.#state = 'start-ok';
    return rest || undefined;
  }

  onFrame(frame: Frame): void {
    if (this.#state === 'closed') return;
    try {
      if (frame.channel === 0) this.#handleMethod(frame);
      else if (this.#state !== 'closing') this.#handleChannel(frame);
    } catch (error) {
      this.fail(error, culpritOf(error, frame));
    }
  }

  #handleChannel(frame: Frame): void {
    if (frame.type === FrameType.heartbeat) {
      throw new AmqpError('UNEXPECTED_FRAME', `heartbeat on channel ${frame.channel}`);
    }
    if (this.#state === 'running') this.#channels.handle(frame, this.#handshake.tuned.channelMax);
    else throw new AmqpError('CHANNEL_ERROR', `channel ${frame.channel} before the connection is open`);
  }

  #handleMethod(frame: Frame): void {
    if (frame.type === FrameType.heartbeat && frame.payload.length === 0) return;
    if (frame.type !== FrameType.method) throw new AmqpError('FRAME_ERROR', 'unknown frame on channel 0');
    const method = readMethod(new ByteReader(frame.payload), 'exact');
    if (method.name === 'connection.close-ok') this.drop();
    else if (method.name === 'connection.close') this.#closedByClient(method.fields.replyText);
    else if (this.#state !== 'closing') this.#progress(method);
  }

  #progress(method: Method): void {
    const isExpected = method.name === `connection.${this.#state}`;
    if (method.name === 'connection.start-ok' && isExpected) {
      this.#handshake.startOk(method.fields);
      this.#state = 'tune-ok';
    } else if (method.name === 'connection.tune-ok' && isExpected) {
      this.#handshake.tuneOk(method.fields);
      this.#state = 'open';
    } else if (method.name === 'connection.open' && isExpected) {
      this.#run(this.#handshake.open(method.fields));
    } else if (method.name === 'connection.update-secret' && this.#state === 'running') {
      this.wire.method(0, 'connection.update-secret-ok', {});
    } else throw new AmqpError('CHANNEL_ERROR', `unexpected method in connection state ${this.#state}`);
  }

  #run(opened: Opened): void {
    this.#opened = opened;
    this.#state = 'running';
    const { heartbeatSeconds } = this.#handshake.tuned;
    this.#stopHeartbeat = keepHeartbeat(this.wire, heartbeatSeconds, () => this.#isNotListenedTo);
    this.wire.method(0, 'connection.open-ok', {});
    const { user } = opened.access;
    const virtualHost = opened.virtualHost.name;
    this.#context.events.emit({ type: 'connected', connection: this.name, user, virtualHost });
  }

  #closedByClient(replyText: string): void {
    this.#closeReason = replyText === '' ? 'closed by the client' : `closed by the client: ${replyText}`;
    this.wire.method(0, 'connection.close-ok', {});
    this.drop();
  }

  /** Who is not listened to cannot be blamed for silence. */
  get #isNotListenedTo(): boolean {
    return this.#intake.isHeldUp || this.wire.isStalled;
  }

  /** RabbitMQ breaks off without a word before the connection runs, but for two refusals. */
  #isToldOf({ code }: AmqpError): boolean {
    if (this.#state === 'running') return true;
    if (this.#state === 'open') return code === 530;
    return code === 403 && this.#handshake.clientCan('authentication_failure_close');
  }

  #closeWith(error: AmqpError, [classId, methodId]: Culprit): void {
    this.#end('closing');
    const replyText = shorten(error.message);
    this.wire.method(0, 'connection.close', { replyCode: error.code, replyText, classId, methodId });
    setTimeout(() => this.wire.cut(), CLOSE_GRACE_MS).unref();
  }

  #end(state: 'closing' | 'closed'): void {
    this.#state = state;
    this.#stopHeartbeat();
    this.#intake.end();
    this.#channels.close();
    const opened = this.#opened;
    this.#opened = undefined;
    if (!opened) return;
    opened.virtualHost.deleteQueuesOf(this);
    this.#context.events.emit({ type: 'disconnected', connection: this.name, reason: this.#closeReason });
  }
}
