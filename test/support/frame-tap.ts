import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import {
  ByteReader,
  type Frame,
  FrameReader,
  FrameType,
  type Method,
  PROTOCOL_HEADER,
  readMethod,
} from '../../src/protocol/index.js';

/** Stands between a client and a broker and notes every method that the client sends. */
export class FrameTap implements AsyncDisposable {
  /** What the client has sent so far, in order, on all its connections. */
  readonly sent: Method[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: URL;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((client) => this.#join(client));
  }

  /** Starts on a free port of 127.0.0.1, in front of the broker at `url`. */
  static async forUrl(url: string): Promise<FrameTap> {
    const tap = new FrameTap(url);
    tap.#server.listen(0, '127.0.0.1');
    await once(tap.#server, 'listening');
    return tap;
  }

  /** The same address by way of this tap. */
  get url(): string {
    const url = new URL(this.#target);
    url.hostname = '127.0.0.1';
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  /** The methods of one name, in order. */
  of<Name extends Method['name']>(name: Name): Extract<Method, { readonly name: Name }>['fields'][] {
    return this.sent.filter((each) => each.name === name).map(({ fields }) => fields) as never;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #join(client: Socket): void {
    const { hostname, port } = this.#target;
    const broker = connect({ host: hostname, port: Number(port || 5672), noDelay: true });
    for (const socket of [client, broker]) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    client.setNoDelay(true).pipe(broker).pipe(client);
    client.on('close', () => broker.destroy());
    broker.on('close', () => client.destroy());
    this.#listen(client);
  }

  #listen(client: Socket): void {
    const reader = new FrameReader(0);
    let head: Buffer | undefined = Buffer.alloc(0);
    client.on('data', (chunk: Buffer) => {
      let bytes = chunk;
      if (head) {
        head = Buffer.concat([head, chunk]);
        if (head.length < PROTOCOL_HEADER.length) return;
        bytes = head.subarray(PROTOCOL_HEADER.length);
        head = undefined;
      }
      reader.push(bytes, (frame) => this.#note(frame));
    });
  }

  #note({ type, payload }: Frame): void {
    if (type === FrameType.method) this.sent.push(readMethod(new ByteReader(payload)));
  }
}
