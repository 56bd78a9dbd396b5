import type { Channel, Options } from 'amqplib';
import { ClosedError } from '../../errors.js';
import { defaultLogger, guardLogger, type Logger } from '../../logger.js';
import { Deadlines } from '../common/deadlines.js';
import { dial } from '../connection/dial.js';
import { KnownUser } from '../connection/known-user.js';
import { type OwnChannel, openOwnChannel } from '../connection/own-channel.js';
import type { RecoveringConnection } from '../connection/recovering-connection.js';
import { type Settings, settle } from '../connection/settings.js';
import { SideConnection } from '../connection/side-connection.js';
import { onThrowAwayChannel } from '../connection/throw-away-channel.js';
import { Consumer } from '../consuming/consumer.js';
import type { ConsumerOptions } from '../consuming/consumer-options.js';
import type { Delivery } from '../consuming/delivery.js';
import { askAlone } from '../declaring/ask-alone.js';
import type { Arguments, Declaration } from '../declaring/declaration.js';
import { Topology } from '../declaring/topology.js';
import type { Outgoing, Sending } from '../frames/outgoing.js';
import { checkOutbox, type OutboxHealth, type OutboxLimits } from '../publishing/outbox.js';
import { Publisher, type PublisherOptions } from '../publishing/publisher.js';
import { activityOf, type LinkActivity } from './activity.js';
import { askAll, consumedQueues, type HealthOptions, isWell, type LinkHealth } from './health.js';
import { Inquiry } from './inquiry.js';
import { linkConnections } from './link-connections.js';
import { eventsOf, type LinkEvents } from './link-events.js';
import { type LinkOptions, type NetworkTerms, networkTerms } from './link-options.js';
import { putAnewIfWornOut } from './put-anew.js';
import { withRefusals } from './refused-health.js';
import { SharedPool } from './shared-pool.js';

/**
 * A process's way to one virtual host of one broker: two connections, one that publishes and one that consumes, each
 * made when it is first needed. (One for both would let an alarm that blocks publishers hold up acks.)
 * All producers and processors with the same settings share a link; the last one to close it closes the connections.
 */
export class Link {
  readonly vhost: string;
  /** The first address of the broker, and how its management page names these connections. */
  readonly server: { readonly address: string; readonly port: number; readonly client: string };
  readonly logger: Logger;
  /** How the network of components sees it; undefined where that shall not. */
  readonly network: NetworkTerms | undefined;
  /** Who has logged in. */
  readonly user: KnownUser = new KnownUser();
  /** Deadlines of publishes and calls. */
  readonly deadlines: Deadlines = new Deadlines();
  /** What happens to its connections. */
  readonly events: LinkEvents;
  /** What it does now. */
  readonly activity: () => LinkActivity;
  readonly #outbox: OutboxLimits | undefined;
  readonly #topology: Topology;
  readonly #publishing: RecoveringConnection;
  readonly #consuming: RecoveringConnection;
  readonly #aside: SideConnection;
  readonly #asks: { readonly publishing: Inquiry; readonly consuming: Inquiry };
  readonly #consumers = new Set<Consumer>();
  readonly #closing = new AbortController();
  #publisher: Publisher | undefined;

  private constructor(
    given: Settings,
    { connectionName = `waybill ${process.pid}`, logger = defaultLogger(), outbox, network }: LinkOptions,
  ) {
    const settings = this.user.watch(given);
    // n.b. not the settings: whoever writes a context or a processor to a log would write their password, too.
    this.vhost = settings.vhost;
    const [{ hostname: address, port }] = settings.addresses;
    this.server = { address, port, client: connectionName };
    this.logger = guardLogger(logger);
    this.network = networkTerms(network);
    this.#outbox = outbox;
    const asker = [settings, `${connectionName} asks`, this.#closing.signal] as const;
    this.#topology = new Topology(this.logger, (declaration) => askAlone(declaration, ...asker));
    const connections = linkConnections(settings, connectionName, this.logger, this.#topology);
    this.#publishing = connections.publishing;
    this.#consuming = connections.consuming;
    this.#asks = { publishing: new Inquiry(this.#publishing), consuming: new Inquiry(this.#consuming) };
    this.#aside = new SideConnection(() => dial(...asker));
    this.events = eventsOf(connections, this.logger);
    this.activity = activityOf([this.#publishing, this.#consuming], this.#consumers, () => this.#fill);
  }

  /**
   * The link for these settings: the one that is there already, or a new one (`ownConnections`). Nothing is connected
   * yet. Each one that is acquired must be closed once ({@link close}).
   * @throws ConfigurationError for settings that cannot be read.
   */
  static acquire(options: LinkOptions = {}): Link {
    const settings = settle(options);
    checkOutbox(options.outbox);
    const { tls, logger, outbox, ownConnections, credentials, answersCalls = false } = options;
    const ask = typeof credentials === 'function' ? credentials : undefined;
    const key = JSON.stringify([
      settings,
      outbox,
      answersCalls,
      options.network ?? true,
      ...[tls, logger, ownConnections ? {} : undefined, ask].map((each) => links.identityOf(each)),
    ]);
    return links.acquire(key, () => new Link(settings, options));
  }

  /** All that are open in this process. */
  static get open(): readonly Link[] {
    return links.all;
  }

  /** True while what publishes is connected. */
  get publishing(): boolean {
    return this.#publishing.model !== undefined;
  }

  /** Calls back when an attempt to reconnect what consumes has failed, with its number in this outage; gives what ends that. */
  onReconnectFailure(listener: (error: Error, attempt: number) => void): () => void {
    this.#consuming.on('failed', listener);
    return () => this.#consuming.off('failed', listener);
  }

  /** Connects what publishes. @throws ConnectError */
  async openPublishing(): Promise<void> {
    this.#refuseWhenClosed();
    await this.#publishing.open();
  }

  /** Connects what consumes. @throws ConnectError */
  async openConsuming(): Promise<void> {
    this.#refuseWhenClosed();
    await this.#consuming.open();
  }

  /**
   * Declares exchanges, queues and bindings, in order, and again after each reconnect until {@link forget}.
   * @throws TopologyError when the broker refuses; ConnectError when it cannot be reached at first.
   */
  async declare(declarations: readonly Declaration[]): Promise<void> {
    const exclusive = declarations.some((each) => each.kind === 'queue' && each.options.exclusive);
    const connection = exclusive || this.#consuming.model ? this.#consuming : this.#publishing;
    this.#refuseWhenClosed();
    await connection.open();
    await this.#topology.declare(connection, declarations);
  }

  /** How a queue was declared here; nothing for one that was not, or only looked for. */
  optionsOf(queue: string): Options.AssertQueue {
    return this.#topology.optionsOf(queue);
  }

  /** Does not declare these any more after a reconnect. At the broker they stay. */
  forget(declarations: readonly Declaration[]): void {
    this.#topology.forget(declarations);
  }

  /** Takes a queue's binding away at the broker. */
  async unbind(exchange: string, queue: string, routingKey: string, args?: Arguments): Promise<void> {
    await this.onChannel((channel) => channel.unbindQueue(queue, exchange, routingKey, args));
  }

  /** Empties a queue of what is ready in it, and says how many messages that were. @throws TopologyError */
  async purge(queue: string): Promise<number> {
    const { messageCount } = await this.onChannel((channel) => channel.purgeQueue(queue));
    return messageCount;
  }

  /** Does something on a channel of its own, closed afterwards, on the connection that consumes. */
  async onChannel<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    await this.openConsuming();
    return await onThrowAwayChannel(await this.#consuming.whenUp(), work);
  }

  /** Asks something for which the broker may close a connection, on one that is there for such questions. @see SideConnection.ask */
  askAside<T>(question: (channel: Channel) => Promise<T>): Promise<T> {
    return this.#aside.ask(question);
  }

  /** A plain channel on the connection that consumes; it ends with it. See {@link OwnChannel}. @throws ConnectError */
  async openChannel(): Promise<OwnChannel> {
    await this.openConsuming();
    return await openOwnChannel(this.#consuming);
  }

  /**
   * Publishes a message with confirm, on the channel that all producers of the link share. See
   * {@link Publisher.publish}. It connects if {@link openPublishing} was not called before; the message's own deadline
   * covers that too.
   */
  publish(message: Outgoing, options?: Sending): Promise<void> {
    this.#publisher ??= this.newPublisher();
    return this.#publisher.publish(message, options);
  }

  /** A publisher with a channel of its own, for calls, which must receive on the same channel (direct reply-to). */
  newPublisher(options?: PublisherOptions): Publisher {
    const redeclare = this.#topology.redeclaring({ exclusive: false });
    const own = { outbox: this.#outbox, redeclare, ...options };
    return new Publisher(this.#publishing, this.deadlines, this.logger, own);
  }

  /** A consumer, ready for its first queue. @throws ConnectError */
  async openConsumer(
    handle: (delivery: Delivery) => void | Promise<void>,
    options?: ConsumerOptions,
  ): Promise<Consumer> {
    await this.openConsuming();
    const consumer = new Consumer(this.#consuming, handle, this.logger, {
      redeclare: this.#topology.redeclaring({ exclusive: true }),
      argumentsOf: (queue) => this.optionsOf(queue).arguments ?? {},
      putAnew: (delivery) => putAnewIfWornOut(this, delivery, options?.seal),
      ...options,
    });
    if (!options?.isInternal) this.#consumers.add(consumer);
    return consumer;
  }

  /**
   * How the link is, by asking the broker: connections, what waits to be sent, and whether each queue that is consumed by
   * `consumers`, or by anybody here, is delivered to us. Never rejects; a broker that does not answer within `timeoutMs`,
   * 2,000 unless told otherwise, is not well. Who asks for his own consumers only pays for those only.
   */
  async health({ timeoutMs = 2_000, consumers = this.#consumers }: HealthOptions = {}): Promise<LinkHealth> {
    for (const consumer of this.#consumers) if (consumer.stopped) this.#consumers.delete(consumer);
    const queues = consumedQueues(consumers, this.#consumers);
    const connections = { publishing: this.#publishing, consuming: this.#consuming };
    const health = { ...(await askAll(connections, this.#asks, queues, timeoutMs)), outbox: this.#fill };
    const ok = !this.#closing.signal.aborted && isWell(health);
    return withRefusals({ ok, ...health }, this.#topology.refused, this.#consumers);
  }

  /**
   * Gives the link back. The last owner's call waits up to `timeoutMs` for confirms, then closes channels and
   * connections; what is still unconfirmed fails with ClosedError. @default 5,000 ms
   */
  async close({ timeoutMs = 5_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (!links.release(this)) return;
    this.#closing.abort();
    this.#topology.close();
    await this.#publisher?.drain(timeoutMs);
    await Promise.all([this.#publishing.close(), this.#consuming.close(), this.#aside.close()]);
  }

  get #fill(): OutboxHealth {
    return this.#publisher?.fill ?? { waiting: 0, unconfirmed: 0 };
  }

  #refuseWhenClosed(): void {
    if (this.#closing.signal.aborted) throw new ClosedError('The link is closed.');
  }
}

const links = new SharedPool<Link>();
