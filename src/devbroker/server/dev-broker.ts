import { nextTurn } from '../../common/next-turn.js';
import { sleep } from '../../common/timers.js';
import { AmqpError } from '../../protocol/index.js';
import { ReplyRegistry } from '../channels/reply-registry.js';
import type { UserSettings } from '../common/access.js';
import { BrokerClock } from '../common/clock.js';
import { EventStream, type Observer } from '../common/events.js';
import { MemoryGauge } from '../common/memory-gauge.js';
import { DEFAULT_PROFILE, type Profile, profileOf } from '../common/profile.js';
import { VirtualHost } from '../virtual-host/virtual-host.js';
import {
  addressOf,
  checkHost,
  checkNumbers,
  checkRestart,
  type DevBrokerOptions,
  guest,
  type RestartOptions,
} from './broker-options.js';
import { type BrokerConnection, errorOf, type QueueView, viewConnection, viewQueue } from './broker-views.js';
import type { Connection } from './connection.js';
import type { ConnectionContext } from './connection-context.js';
import { Listener } from './listener.js';
import { Turns } from './turns.js';

/** How long clients have to answer when the broker closes. */
const CLOSE_GRACE_MS = 250;

const DEFAULT_MEMORY_LIMIT = 512 * 1024 * 1024;

const DEFAULT_CONSUMER_TIMEOUT_MS = 1_800_000;

/**
 * An AMQP 0-9-1 server in this process that behaves like RabbitMQ of a version. For development and tests: it keeps
 * everything in memory, has no TLS and no cluster, and listens on loopback only.
 */
export class DevBroker implements AsyncDisposable {
  /** The broker's clock: `advance` lets TTLs and expiries pass without waiting. */
  readonly clock: BrokerClock = new BrokerClock();
  readonly #options: DevBrokerOptions;
  readonly #listener: Listener;
  readonly #virtualHosts = new Map<string, VirtualHost>();
  readonly #events: EventStream = new EventStream();
  readonly #profile: Profile;
  readonly #memory: MemoryGauge;
  /** Aborted when it is closed, which ends a restart, too. */
  readonly #closing = new AbortController();
  #blockReason: string | undefined;

  private constructor(options: DevBrokerOptions) {
    this.#options = options;
    this.#profile = profileOf(options.profile ?? DEFAULT_PROFILE, options.deniedFeatures);
    const limit = options.memoryLimitBytes ?? DEFAULT_MEMORY_LIMIT;
    // Later, since it is noticed in the middle of taking a message out.
    this.#memory = new MemoryGauge(limit, () => nextTurn(() => this.#unblockIfFree()));
    this.#createVirtualHosts();
    this.#listener = new Listener(addressOf(options), this.#createContext());
  }

  /**
   * Starts a broker; it takes connections when the promise resolves.
   *
   * @throws ConfigurationError for a profile there is not, and for numbers that cannot be, and for a host other than loopback without
   *   `exposeToNetwork`; the system's error (`EADDRINUSE`) when the port is taken.
   * @example
   * ```ts
   * import { DevBroker } from 'waybill/devbroker';
   *
   * await using broker = await DevBroker.start({ port: 0 });
   * console.log(new URL(broker.url).hostname); // 127.0.0.1
   * ```
   */
  static async start(options: DevBrokerOptions = {}): Promise<DevBroker> {
    checkNumbers(options);
    checkHost(options.host ?? '127.0.0.1', options.exposeToNetwork ?? false);
    const broker = new DevBroker(options);
    await broker.#listener.listen();
    return broker;
  }

  /** The TCP port it listens on; the one that was found free where none was given. */
  get port(): number {
    return this.#listener.address.port;
  }

  /** The URL of the first virtual host for the first user. */
  get url(): string {
    return this.urlOf(this.#users[0]);
  }

  /** The URL for a user and a virtual host. */
  urlOf(user: UserSettings = guest, virtualHost: string = this.#firstHost): string {
    const { host, port } = this.#listener.address;
    const path = virtualHost === '/' ? '' : `/${encodeURIComponent(virtualHost)}`;
    const address = host.includes(':') ? `[${host}]` : host;
    return `amqp://${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@${address}:${port}${path}`;
  }

  /** The connections that have been opened and not closed. */
  get connections(): readonly BrokerConnection[] {
    return this.#running.map(viewConnection);
  }

  /** The queues of all virtual hosts as they stand. */
  get queues(): readonly QueueView[] {
    const hosts = [...this.#virtualHosts.values()];
    return hosts.flatMap(({ name, queues }) => [...queues].map((queue) => viewQueue(queue, name)));
  }

  /** About how many bytes the messages in queues take. */
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

  /** Ends the consumers of a queue as if something had happened to it: their clients are sent a `basic.cancel`. */
  cancelConsumers(queueName: string, virtualHost: string = this.#firstHost): void {
    this.#virtualHosts.get(virtualHost)?.findQueue(queueName)?.evictConsumers();
  }

  /**
   * Closes the channels that consume from a queue, with a reply code.
   *
   * @throws ConfigurationError for a number that is no AMQP reply code.
   */
  closeChannels(queueName: string, code: number, text: string): void {
    for (const connection of this.#running) {
      for (const session of [...connection.channels]) {
        const consumes = [...session.channel.consumers].some(({ queue }) => queue.name === queueName);
        if (consumes) session.fail(errorOf(code, text));
      }
    }
  }

  /** Takes no new connections: clients see a refused port. Those that are open stay. */
  refuseConnections(): void {
    this.#listener.refuse();
  }

  /** Takes connections again, on the same port. */
  acceptConnections(): Promise<void> {
    return this.#listener.listen();
  }

  /** Breaks all connections off; clients see a reset. Resolves when the broker has let go of all they held. */
  cutConnections(): Promise<void> {
    return this.#listener.cut();
  }

  /** Restarts the broker, as if its process had died and come back: connections break, what is not durable is gone. */
  async restart(options: RestartOptions = {}): Promise<void> {
    checkRestart(options);
    const { keep = 'durable', downMs = 0 } = options;
    this.refuseConnections();
    await this.cutConnections();
    if (keep === 'nothing') this.#createVirtualHosts();
    else for (const virtualHost of this.#virtualHosts.values()) virtualHost.survive();
    if (downMs > 0) await sleep(downMs, { signal: this.#closing.signal });
    if (!this.#closing.signal.aborted) await this.acceptConnections();
  }

  /** Closes all connections and stops listening. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.refuseConnections();
    const text = "broker forced connection closure with reason 'shutdown'";
    for (const connection of this.#running) connection.fail(new AmqpError('CONNECTION_FORCED', text));
    const grace = new AbortController();
    await Promise.race([this.#listener.gone(), sleep(CLOSE_GRACE_MS, { signal: grace.signal })]);
    grace.abort();
    await this.cutConnections();
    this.clock.stop();
  }

  /** Closes as {@link close} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #running(): readonly Connection[] {
    return [...this.#listener.connections].filter((connection) => connection.isRunning);
  }

  get #users(): readonly UserSettings[] {
    return this.#options.users ?? [guest];
  }

  get #firstHost(): string {
    return this.#options.virtualHosts?.[0] ?? '/';
  }

  #createContext(): Omit<ConnectionContext, 'onClosed'> {
    const { channelMax = 2047, frameMax = 131_072, heartbeatSeconds = 60, interceptor = {} } = this.#options;
    const blockReason = () => this.#findBlockReason();
    return {
      profile: this.#profile,
      tune: { channelMax, frameMax, heartbeatSeconds },
      users: this.#users,
      findVirtualHost: (name) => this.#virtualHosts.get(name),
      clock: this.clock,
      events: this.#events,
      replies: new ReplyRegistry(),
      interceptor,
      turns: new Turns(),
      get blockReason() {
        return blockReason();
      },
    };
  }

  #createVirtualHosts(): void {
    for (const old of this.#virtualHosts.values()) for (const queue of old.queues) old.deleteQueue(queue);
    const services = {
      clock: this.clock,
      events: this.#events,
      memory: this.#memory,
      profile: this.#profile,
      consumerTimeoutMs: this.#options.consumerTimeoutMs ?? DEFAULT_CONSUMER_TIMEOUT_MS,
    };
    for (const name of this.#options.virtualHosts ?? ['/']) {
      this.#virtualHosts.set(name, new VirtualHost(name, services));
    }
  }

  #findBlockReason(): string | undefined {
    return this.#blockReason ?? (this.#memory.isOver ? 'low on memory' : undefined);
  }

  #unblockIfFree(): void {
    if (this.#findBlockReason() !== undefined) return;
    for (const connection of this.#listener.connections) connection.unblock();
  }
}
