import { createServer, type Server, type Socket } from 'node:net';
import { Connection } from './connection.js';
import type { ConnectionContext } from './connection-context.js';

/** Where a broker listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Another host, where the same port can be had there; else it does without. */
  readonly also?: string | undefined;
}

/** The port of a broker and the connections that came through it. */
export class Listener {
  readonly #server: Server;
  readonly #other: Server;
  readonly #connections = new Set<Connection>();
  readonly #onEmpty: (() => void)[] = [];
  #address: ListenAddress;

  constructor(address: ListenAddress, context: Omit<ConnectionContext, 'onClosed'>) {
    this.#address = address;
    const whole = Object.create(context, { onClosed: { value: (each: Connection) => this.#forget(each) } });
    const accept = (socket: Socket) => void this.#connections.add(new Connection(socket, whole));
    this.#server = createServer(accept);
    this.#other = createServer(accept);
  }

  get address(): ListenAddress {
    return this.#address;
  }

  /** All connections, also those that are not open yet or no more. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** Takes connections, from the second time on through the same port. @throws the system's error, as in `EADDRINUSE`. */
  async listen(): Promise<void> {
    if (this.#server.listening) return;
    const { host, also } = this.#address;
    await listenOn(this.#server, this.#address);
    const address = this.#server.address();
    if (address === null || typeof address !== 'object') return;
    this.#address = { ...this.#address, port: address.port };
    if (also !== undefined && also !== host) {
      await listenOn(this.#other, { host: also, port: address.port }).catch(() => undefined);
    }
  }

  /** Takes no new connections; those that are open stay. */
  refuse(): void {
    for (const server of [this.#server, this.#other]) if (server.listening) server.close();
  }

  /** Breaks all connections off and waits until they are gone. */
  async cut(): Promise<void> {
    for (const { wire } of this.#connections) wire.cut();
    await this.gone();
  }

  /** Resolves when there is no connection. */
  gone(): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
  }
}

function listenOn(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
