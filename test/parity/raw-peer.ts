import { once } from 'node:events';
import net from 'node:net';
import { methodName } from './method-names.js';
import { longString, shortString, type TableFields, table, u8, u16, u32 } from './raw-fields.js';
import { within } from './wait.js';

/** One frame as it came: AMQP 0-9-1 section 2.3.5. */
export interface RawFrame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Buffer;
}

/** What the broker did in the end: closed a channel or the connection by a method, or just the socket. */
export interface Verdict {
  readonly closed: 'channel' | 'connection' | 'socket';
  readonly code?: number;
  readonly by?: string;
}

/** What a client says of itself while the connection opens; all have the values amqplib would send. */
export interface Handshake {
  readonly mechanism?: string;
  readonly response?: Buffer;
  readonly channelMax?: number;
  readonly frameMax?: number;
  readonly heartbeatSeconds?: number;
  readonly vhost?: string;
  readonly capabilities?: TableFields;
}

const plainGuest = Buffer.from('\0guest\0guest');
const clientProperties = table({
  capabilities: { authentication_failure_close: true, consumer_cancel_notify: true },
});

/** An AMQP client of a few lines, which sends whatever it is told to. Knows nothing of `src/protocol`, so it can judge it. */
export class RawPeer {
  readonly socket: net.Socket;
  #buffer: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('data', (data) => {
      this.#buffer = Buffer.concat([this.#buffer, data]);
      this.#wake();
    });
    for (const event of ['end', 'close', 'error']) socket.on(event, () => this.#end());
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }

  static async connect(url: string): Promise<RawPeer> {
    const { hostname, port } = new URL(url);
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
    const peer = new RawPeer(socket);
    await once(socket, 'connect');
    return peer;
  }

  /** True once the broker has ended the socket. */
  get ended(): boolean {
    return this.#ended;
  }

  destroy(): void {
    this.socket.destroy();
  }

  write(...parts: readonly Buffer[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(parts));
  }

  frame(type: number, channel: number, payload: Buffer): void {
    this.write(u8(type), u16(channel), u32(payload.length), payload, u8(0xce));
  }

  method(channel: number, classId: number, methodId: number, ...fields: readonly Buffer[]): void {
    this.frame(1, channel, Buffer.concat([u16(classId), u16(methodId), ...fields]));
  }

  /** A content header without properties. */
  header(channel: number, bodySize: number, classId = 60): void {
    this.frame(2, channel, Buffer.concat([u16(classId), u16(0), u32(0), u32(bodySize), u16(0)]));
  }

  /** Raw bytes, at least `count`, or fewer where the socket ended first. */
  async bytes(count: number): Promise<Buffer> {
    await this.#waitFor(`${count} bytes`, () => this.#buffer.length >= count);
    return this.#buffer.subarray(0, count);
  }

  /** The next frame; undefined when the socket ends before it. */
  async next(): Promise<RawFrame | undefined> {
    await this.#waitFor('a frame', () => this.#complete());
    return this.#complete() ? this.#shift() : undefined;
  }

  /** Resolves when `there` is true, or nothing more can come. */
  async #waitFor(what: string, there: () => boolean): Promise<void> {
    while (!there() && !this.#ended) {
      const news = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await within(what, news);
    }
  }

  #complete(): boolean {
    return this.#buffer.length >= 8 && this.#buffer.length >= 8 + this.#buffer.readUInt32BE(3);
  }

  #shift(): RawFrame {
    const size = this.#buffer.readUInt32BE(3);
    const frame = {
      type: this.#buffer.readUInt8(0),
      channel: this.#buffer.readUInt16BE(1),
      payload: this.#buffer.subarray(7, 7 + size),
    };
    this.#buffer = this.#buffer.subarray(8 + size);
    return frame;
  }

  /** Skips to the next frame of this method and gives its fields; throws when the broker closes instead. */
  async expect(classId: number, methodId: number): Promise<Buffer> {
    for (;;) {
      const frame = await this.next();
      if (!frame) throw new Error(`Socket ended before ${classId}.${methodId}`);
      if (isMethod(frame, classId, methodId)) return frame.payload.subarray(4);
      if (isMethod(frame, 10, 50))
        throw new Error(`Closed before ${classId}.${methodId}: ${closeText(frame)}`);
    }
  }

  /** Skips everything until the broker closes something; says what, and answers close-ok. */
  async verdict(): Promise<Verdict> {
    for (;;) {
      const frame = await this.next();
      if (!frame) return { closed: 'socket' };
      if (isMethod(frame, 10, 50)) return this.#closed('connection', frame, 51);
      if (isMethod(frame, 20, 40)) return this.#closed('channel', frame, 41);
    }
  }

  #closed(closed: 'channel' | 'connection', frame: RawFrame, closeOk: number): Verdict {
    this.method(frame.channel, closed === 'connection' ? 10 : 20, closeOk);
    const code = frame.payload.readUInt16BE(4);
    const blamed = frame.payload.subarray(7 + frame.payload.readUInt8(6));
    return { closed, code, by: methodName(blamed.readUInt16BE(0), blamed.readUInt16BE(2)) };
  }

  /** Protocol header to connection.start. */
  async greet(): Promise<Buffer> {
    this.write(Buffer.from('AMQP\0\0\x09\x01', 'latin1'));
    return this.expect(10, 10);
  }

  /** Everything before connection.open-ok. Throws when the broker refuses. */
  async open(handshake: Handshake = {}): Promise<this> {
    await this.greet();
    this.startOk(handshake);
    await this.expect(10, 30);
    this.tuneOk(handshake);
    await this.expect(10, 41);
    return this;
  }

  startOk({ mechanism = 'PLAIN', response = plainGuest }: Handshake = {}): void {
    this.method(
      0,
      10,
      11,
      clientProperties,
      shortString(mechanism),
      longString(response),
      shortString('en_US'),
    );
  }

  tuneOk({ channelMax = 2047, frameMax = 131_072, heartbeatSeconds = 0, vhost = '/' }: Handshake = {}): void {
    this.method(0, 10, 31, u16(channelMax), u32(frameMax), u16(heartbeatSeconds));
    this.method(0, 10, 40, shortString(vhost), shortString(''), u8(0));
  }

  async openChannel(channel = 1): Promise<this> {
    this.method(channel, 20, 10, shortString(''));
    await this.expect(20, 11);
    return this;
  }
}

function isMethod({ type, payload }: RawFrame, classId: number, methodId: number): boolean {
  return type === 1 && payload.readUInt16BE(0) === classId && payload.readUInt16BE(2) === methodId;
}

function closeText({ payload }: RawFrame): string {
  return `${payload.readUInt16BE(4)} ${payload.subarray(7, 7 + payload.readUInt8(6)).toString()}`;
}
