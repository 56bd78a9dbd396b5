import { createServer, type Server, type Socket } from 'node:net';
import { AmqpError } from '../../protocol/index.js';
import type { UserSettings } from '../core/access.js';
import { BrokerClock } from '../core/clock.js';
import { EventStream, type Observer } from '../core/events.js';
import type { Interceptor } from '../core/interceptor.js';
import { MemoryGauge } from '../core/memory-gauge.js';
import { ReplyRegistry } from '../core/reply-registry.js';
import { VirtualHost } from '../core/virtual-host.js';
import { Connection } from './connection.js';
import type { ConnectionContext } from './connection-context.js';

/** How an embedded broker is started. */
export interface DevBrokerOptions {
  /** The TCP port; 0 takes a free one. @default 5672 */
  readonly port?: number;
  /** The address to listen on. Other than loopback needs `exposeToNetwork`. @default '127.0.0.1' */
  readonly host?: string;
  /** Says in so many words that other machines may reach this broker. @default false */
  readonly exposeToNetwork?: boolean;
  /** Who may log in. @default guest with password guest */
  readonly users?: readonly UserSettings[];
  /** The virtual hosts there are. @default ['/'] */
  readonly virtualHosts?: readonly string[];
  /** Publishers are blocked while message bodies take more than this. @default 256 MiB */
  readonly memoryLimitBytes?: number;
  /** The heartbeat proposed to clients; 0 proposes none. @default 60 */
  readonly heartbeatSeconds?: number;
  /** The largest frame, in bytes. @default 131072 */
  readonly frameMax?: number;
  /** How many channels a connection may have. @default 2047 */
  readonly channelMax?: number;
  /** Changes the fate of single messages. */
  readonly interceptor?: Interceptor;
}

/** What a restart keeps: `durable` queues, exchanges and persistent messages, or `nothing`. */
export interface RestartOptions {
  /** @default 'durable' */
  readonly keep?: 'durable' | 'nothing';
}

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * An AMQP 0-9-1 server in this process that behaves like RabbitMQ. For development and tests: it keeps
 * everything in memory, has no TLS and no cluster, and listens on loopback only.
 */
export class DevBroker implements AsyncDisposable {
  /** The broker's clock: `advance` lets TTLs and expiries pass without waiting. */
  readonly clock: BrokerClock = new BrokerClock();
  readonly #options: DevBrokerOptions;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #virtualHosts = new Map<string, VirtualHost>();
  readonly #events: EventStream = new EventStream();
  readonly #memory: MemoryGauge;
  readonly #context: ConnectionContext;
  #blockReason: string | undefined;
  #port = 0;

  private constructor(options: DevBrokerOptions) {
    this.#options = options;
    const limit = options.memoryLimitBytes ?? 256 * 1024 * 1024;
    this.#memory = new MemoryGauge(limit, () => setImmediate(() => this.#unblockIfFree()));
    this.#server = createServer((socket) => this.#accept(socket));
    this.#createVirtualHosts();
    this.#context = this.#createContext();
  }

  /**
   * Starts a broker; it takes connections when the promise resolves.
   *
   * @throws TypeError for a host other than loopback without `exposeToNetwork`; the system's error (`EADDRINUSE`)
   *   when the port is taken.
   */
  static async start(options: DevBrokerOptions = {}): Promise<DevBroker> {
    const host = options.host ?? '127.0.0.1';
    if (!loopback.has(host) && options.exposeToNetwork !== true) {
      throw new TypeError(
        `${host} can be reached by other machines: say exposeToNetwork: true if that is wanted`,
      );
    }
    const broker = new DevBroker(options);
    await broker.#listen(options.port ?? 5672);
    return broker;
  }

  get port(): number {
    return this.#port;
  }

  /** The URL of the first virtual host for the first user. */
  get url(): string {
    return this.urlOf(this.#users[0]);
  }

  /** The URL for a user and a virtual host. */
  urlOf(user: UserSettings | undefined, virtualHost: string = this.#hostNames[0] ?? '/'): string {
    const { name, password } = user ?? guest;
    const path = virtualHost === '/' ? '' : `/${encodeURIComponent(virtualHost)}`;
    const host = this.#options.host ?? '127.0.0.1';
    const address = host.includes(':') ? `[${host}]` : host;
    return `amqp://${encodeURIComponent(name)}:${encodeURIComponent(password)}@${address}:${this.#port}${path}`;
  }

  /** The connections that have been opened and not closed. */
  get connections(): readonly Connection[] {
    return [...this.#connections].filter((connection) => connection.isRunning);
  }

  /** @throws RangeError when there is no such virtual host. */
  virtualHost(name: string = this.#hostNames[0] ?? '/'): VirtualHost {
    const virtualHost = this.#virtualHosts.get(name);
    if (!virtualHost) throw new RangeError(`The broker has no virtual host ${name}`);
    return virtualHost;
  }

  /** Bytes of message bodies held in queues. */
  get memoryBytes(): number {
    return this.#memory.bytes;
  }

  /** Calls the observer for each event from now on; returns the function that ends it. */
  observe(observer: Observer): () => void {
    return this.#events.subscribe(observer);
  }

  /** Holds up every connection that publishes, as RabbitMQ does when memory or disk runs low. */
  block(reason: string): void {
    this.#blockReason = reason;
  }

  /** Ends `block`. */
  unblock(): void {
    this.#blockReason = undefined;
    this.#unblockIfFree();
  }

  /** Breaks all connections off and takes new ones no more, until `resume`. */
  async pause(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (this.#server.listening) this.#server.close(() => resolve());
      else resolve();
    });
    for (const connection of this.#connections) connection.wire.cut();
    await closed;
  }

  /** Listens again after `pause`, on the same port. */
  async resume(): Promise<void> {
    if (!this.#server.listening) await this.#listen(this.#port);
  }

  /** As if the broker's process had died and come back: connections break, what is not durable is gone. */
  async restart({ keep = 'durable' }: RestartOptions = {}): Promise<void> {
    await this.pause();
    if (keep === 'nothing') this.#createVirtualHosts();
    else for (const virtualHost of this.#virtualHosts.values()) virtualHost.survive();
    await this.resume();
  }

  /** Closes all connections and stops listening. Idempotent. */
  async close(): Promise<void> {
    for (const connection of this.connections) {
      connection.fail(
        new AmqpError('CONNECTION_FORCED', "broker forced connection closure with reason 'shutdown'"),
      );
    }
    await new Promise((resolve) => setImmediate(resolve));
    await this.pause();
    this.clock.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #users(): readonly UserSettings[] {
    return this.#options.users ?? [guest];
  }

  get #hostNames(): readonly string[] {
    return this.#options.virtualHosts ?? ['/'];
  }

  #createContext(): ConnectionContext {
    const { channelMax = 2047, frameMax = 131_072, heartbeatSeconds = 60, interceptor = {} } = this.#options;
    const blockReason = () => this.#blockReason ?? (this.#memory.isOver ? 'low on memory' : undefined);
    return {
      tune: { channelMax, frameMax, heartbeatSeconds },
      users: this.#users,
      findVirtualHost: (name) => this.#virtualHosts.get(name),
      clock: this.clock,
      events: this.#events,
      replies: new ReplyRegistry(),
      interceptor,
      get blockReason() {
        return blockReason();
      },
      onClosed: (connection) => this.#connections.delete(connection),
    };
  }

  #createVirtualHosts(): void {
    for (const old of this.#virtualHosts.values()) for (const queue of old.queues) old.deleteQueue(queue);
    const services = { clock: this.clock, events: this.#events, memory: this.#memory };
    for (const name of this.#hostNames) this.#virtualHosts.set(name, new VirtualHost(name, services));
  }

  #listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, this.#options.host ?? '127.0.0.1', () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        if (address !== null && typeof address === 'object') this.#port = address.port;
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    this.#connections.add(new Connection(socket, this.#context));
  }

  #unblockIfFree(): void {
    if (this.#context.blockReason !== undefined) return;
    for (const connection of this.#connections) connection.unblock();
  }
}

const guest: UserSettings = { name: 'guest', password: 'guest' };
