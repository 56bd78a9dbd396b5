import { createServer, type Server } from 'node:net';
import { Connection } from './connection.js';
import type { ConnectionContext } from './connection-context.js';

/** Where a broker listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** The port of a broker and the connections that came through it. */
export class Listener {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #onEmpty: (() => void)[] = [];
  #address: ListenAddress;

  constructor(address: ListenAddress, context: Omit<ConnectionContext, 'onClosed'>) {
    this.#address = address;
    const whole = Object.create(context, { onClosed: { value: (each: Connection) => this.#forget(each) } });
    this.#server = createServer((socket) => this.#connections.add(new Connection(socket, whole)));
  }

  get address(): ListenAddress {
    return this.#address;
  }

  /** All connections, also those that are not open yet or no more. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** Takes connections, from the second time on through the same port. @throws the system's error, as in `EADDRINUSE`. */
  listen(): Promise<void> {
    if (this.#server.listening) return Promise.resolve();
    const { host, port } = this.#address;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        if (address !== null && typeof address === 'object') this.#address = { host, port: address.port };
        resolve();
      });
    });
  }

  /** Takes no new connections; those that are open stay. */
  refuse(): void {
    if (this.#server.listening) this.#server.close();
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
