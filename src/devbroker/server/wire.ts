import type { Socket } from 'node:net';
import { nextTurn } from '../../common/next-turn.js';
import {
  type ContentMethodName,
  type ContentProperties,
  FRAME_OVERHEAD,
  type Frame,
  FrameReader,
  FrameWriter,
  type MethodInput,
  type MethodName,
} from '../../protocol/index.js';
import type { BrokerClock } from '../common/clock.js';
import { ReadingWatch } from './reading-watch.js';

const MEBIBYTE = 1024 * 1024;

/** A client for which more than this is on its way is given no further messages until it has caught up. */
const READY_BELOW_BYTES = MEBIBYTE;

/** With more than this unread it is not listened to, so that it cannot ask for more. */
const LISTENING_BELOW_BYTES = 16 * MEBIBYTE;

/** With more than this, which only the direct replies of others can bring about, it is broken off. */
const MAX_UNSENT_BYTES = 256 * MEBIBYTE;

/** What a {@link Wire} tells its connection. */
export interface WireListener {
  /** Bytes have come; the listener cuts them into frames by `read`. */
  onBytes(bytes: Buffer): void;
  /** Bytes are about to leave: what was held back to be joined is to be written now. */
  onFlush(): void;
  /** The client has caught up. */
  onDrained(): void;
  onClosed(): void;
}

/**
 * A socket that carries frames. All frames written in one turn of the event loop leave in one write. It can
 * be made to misbehave: stalled, slow, cut.
 */
export class Wire {
  readonly reader: FrameReader;
  readonly #writer = new FrameWriter();
  readonly #socket: Socket;
  readonly #clock: BrokerClock;
  readonly #listener: WireListener;
  readonly #watch = new ReadingWatch(
    () => this.#socket.writableLength,
    () => this.cut(),
  );
  #flushPlanned = false;
  #isBehind = false;
  #catchUpPlanned = false;
  #stalled = false;
  #paused = false;
  #delayMs = 0;
  #dueAt = 0;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** When bytes last came and last left, by the process's own clock: sockets do not follow the broker's. */
  lastReadAt: number = performance.now();
  lastWriteAt: number = performance.now();

  constructor(socket: Socket, clock: BrokerClock, frameMax: number, listener: WireListener) {
    this.#socket = socket;
    this.#clock = clock;
    this.#listener = listener;
    // As RabbitMQ: there are clients that do not count what surrounds a payload.
    this.reader = new FrameReader(frameMax, { tolerance: FRAME_OVERHEAD });
    socket.setNoDelay(true);
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#watch.end();
      listener.onClosed();
    });
    socket.on('end', () => socket.end());
  }

  /** Whether the client takes off what it is sent. Once it does not, `onDrained` follows as soon as it does again. */
  get isReady(): boolean {
    return !this.#isBehind;
  }

  /** Whether so much is unread that the client should not ask for more. */
  get isCongested(): boolean {
    return this.#unsentBytes >= LISTENING_BELOW_BYTES;
  }

  get isStalled(): boolean {
    return this.#stalled;
  }

  get #unsentBytes(): number {
    return this.#socket.writableLength + this.#heldBytes + this.#writer.length;
  }

  /** Sets the negotiated size for both directions. */
  setFrameMax(size: number): void {
    this.reader.frameMax = size;
    this.#writer.frameMax = size;
  }

  /** Cuts received bytes into frames. */
  read(bytes: Buffer, visit: (frame: Frame) => void): void {
    this.reader.push(bytes, visit);
  }

  raw(bytes: Uint8Array): void {
    this.#writer.raw(bytes);
    this.planFlush();
  }

  heartbeat(): void {
    this.#writer.heartbeat();
    this.planFlush();
  }

  method<N extends MethodName>(channel: number, name: N, input: MethodInput<N>): void {
    this.#writer.method(channel, name, input);
    this.planFlush();
  }

  content<N extends ContentMethodName>(
    channel: number,
    name: N,
    input: MethodInput<N>,
    properties: ContentProperties,
    body: Uint8Array,
  ): void {
    this.#writer.content(channel, name, input, properties, body);
    this.planFlush();
  }

  /** Sees to it that what is written leaves at the end of this turn. */
  planFlush(): void {
    this.#isBehind ||= this.#unsentBytes >= READY_BELOW_BYTES;
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    queueMicrotask(() => this.#flush());
  }

  /** Stops reading; the client feels it when its buffers are full. */
  pause(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#paused = false;
    if (!this.#stalled) this.#socket.resume();
  }

  /** Sends what is written and closes in good order. */
  end(): void {
    this.#flush();
    if (this.#stalled) this.#socket.destroy();
    else if (this.#delayMs > 0) this.#later(() => this.#socket.end());
    else this.#socket.end();
  }

  /** Breaks off; the client sees a reset. */
  cut(): void {
    if (this.#socket.destroyed) return;
    this.#socket.resetAndDestroy();
  }

  /** From now on nothing is read and nothing leaves, heartbeats included; the connection stays up. */
  stall(): void {
    this.#stalled = true;
    this.#socket.pause();
  }

  /** Ends a stall: what was held back leaves. */
  release(): void {
    this.#stalled = false;
    for (const bytes of this.#held.splice(0)) this.#send(bytes);
    this.#heldBytes = 0;
    // Its silence was our doing.
    this.lastReadAt = performance.now();
    if (!this.#paused) this.#socket.resume();
    this.#planCatchUp();
  }

  /** Lets bytes of both directions take that much longer. */
  setDelay(ms: number): void {
    this.#delayMs = ms;
  }

  #flush(): void {
    this.#listener.onFlush();
    this.#flushPlanned = false;
    if (this.#writer.length === 0) return;
    this.lastWriteAt = performance.now();
    const bytes = this.#writer.take();
    if (this.#delayMs > 0 || this.#dueAt > this.#clock.now()) this.#later(() => this.#send(bytes));
    else this.#send(bytes);
  }

  #send(bytes: Buffer): void {
    if (this.#stalled) {
      this.#held.push(bytes);
      this.#heldBytes += bytes.length;
    } else if (this.#socket.writable) {
      this.#socket.write(bytes, this.#onSent);
      if (this.#socket.writableLength > 0) this.#watch.begin();
    }
    if (this.#unsentBytes > MAX_UNSENT_BYTES) this.cut();
  }

  /**
   * The kernel has taken bytes. Each write tells it, whether it was done at once or had to wait; the socket's `drain` does
   * not: node leaves it out where a write is done at once.
   */
  readonly #onSent = (): void => {
    this.#watch.progressed();
    if (this.#isBehind && this.#unsentBytes < READY_BELOW_BYTES) this.#planCatchUp();
  };

  /** Later: while one client takes all that it is sent at once, the others have their turn in between. */
  #planCatchUp(): void {
    if (this.#catchUpPlanned) return;
    this.#catchUpPlanned = true;
    nextTurn(() => this.#catchUp());
  }

  #catchUp(): void {
    this.#catchUpPlanned = false;
    if (this.#socket.destroyed || this.#unsentBytes >= READY_BELOW_BYTES) return;
    this.#isBehind = false;
    this.#listener.onDrained();
  }

  #receive(bytes: Buffer): void {
    this.lastReadAt = performance.now();
    if (this.#delayMs > 0 || this.#dueAt > this.#clock.now())
      this.#later(() => this.#listener.onBytes(bytes));
    else this.#listener.onBytes(bytes);
  }

  /** Order is kept when the delay changes. */
  #later(act: () => void): void {
    const now = this.#clock.now();
    this.#dueAt = Math.max(this.#dueAt, now + this.#delayMs);
    this.#clock.after(this.#dueAt - now, () => {
      if (!this.#socket.destroyed) act();
    });
  }
}
