import type { ConnectionOptions as TlsOptions } from 'node:tls';
import {
  type CredentialsSource,
  changeProperties,
  type FirstConnect,
  Link,
  type LinkOptions,
  nextMessageId,
  type Outgoing,
  settle,
} from '../../amqp/index.js';
import { wholeNumber } from '../../common/numbers.js';
import {
  Chain,
  heldTooLong,
  messageProperties,
  publishTold,
  sendThrough,
  withSettings,
} from '../../component/index.js';
import { dueOf, LateSender } from '../../delaying/index.js';
import { ClosedError, PublishTimeoutError, toError } from '../../errors.js';
import { readSettings } from '../common/settings.js';
import type { ConnectionOwner, NamedConnection } from '../connections.js';
import type { AmqpHealth } from '../parts/app-health.js';
import { addressOf, vhostOf } from './address.js';
import { closedHealth, linksHealth } from './connection-health.js';
import { connectFirst } from './first-put.js';
import { contentOf, type PutMessage } from './put-message.js';

/** Where a broker is and how it is used. */
export interface AmqpConnectionOptions {
  /** By which routes choose it, where an app has several. */
  readonly name?: string | undefined;
  /** `amqp://user:password@host:port/vhost`, or several for fail-over, instead of the five fields below. @default env `WAYBILL_URL`, else localhost */
  readonly url?: string | readonly string[] | undefined;
  /** The host of the broker. @default 'localhost' */
  readonly hostname?: string | undefined;
  /** From 1 to 65,535. @default env `ASYNCWORKER_AMQP_DEFAULT_PORT`, else 5672, with `tls` 5671 */
  readonly port?: number | undefined;
  /** @default 'guest' */
  readonly username?: string | undefined;
  /** @default 'guest' */
  readonly password?: string | undefined;
  /** Who logs in, instead of `username` and `password`: for passwords that change, or by certificate. See {@link CredentialsSource}. */
  readonly credentials?: CredentialsSource | undefined;
  /** Where routes and `put` go that name no other. @default the path of the URL, env `ASYNCWORKER_AMQP_DEFAULT_VHOST`, else `/` */
  readonly vhost?: string | undefined;
  /** How many unsettled messages of each queue wait in this process, from 1 to 65,535. @default env `ASYNCWORKER_AMQP_DEFAULT_PREFETCH_COUNT`, else 128 */
  readonly prefetch?: number | undefined;
  /** Seconds between heartbeats. @default env `ASYNCWORKER_AMQP_DEFAULT_HEARTBEAT`, else 10 */
  readonly heartbeatSeconds?: number | undefined;
  /** How long one address may take to answer. @default 5,000 */
  readonly connectTimeoutMs?: number | undefined;
  /** How often the very first connect is tried: for a process that may start before its broker. @default once */
  readonly firstConnect?: FirstConnect | undefined;
  /** Given to node:tls as it is. With `hostname` it also says that TLS is spoken; a URL says so itself (`amqps:`). */
  readonly tls?: TlsOptions | undefined;
  /** Whether the network of components sees what takes messages by it, see docs/network.md. @default true */
  readonly network?: LinkOptions['network'];
  /** Told of each attempt to reconnect that failed; attempts count from 1 in each outage. */
  readonly onConnectionFailure?: ((error: Error, attempt: number) => void) | undefined;
}

/**
 * A broker and a login on it: two AMQP connections for each virtual host that is used, one that publishes and one that
 * consumes, shared with all else in the process that has the same settings. Each is made when it is first needed.
 */
export class AmqpConnection implements NamedConnection {
  readonly name: string | undefined;
  /** How many unsettled messages of each queue wait in this process. */
  readonly prefetch: number;
  readonly #options: AmqpConnectionOptions;
  readonly #links = new Map<string, { readonly link: Link; readonly unwatch: () => void }>();
  /** What sends late messages, for each link that has any. */
  readonly #late = new Map<Link, LateSender>();
  #owner: ConnectionOwner | undefined;
  #chain = new Chain('send', 'AmqpConnection', { middleware: [], telemetry: true });
  #closing: Promise<void> | undefined;
  readonly #closed = new AbortController();

  /** @throws ConfigurationError for settings that contradict each other or cannot be read */
  constructor(options: AmqpConnectionOptions = {}) {
    const settings = readSettings();
    this.name = options.name;
    const { prefetch = settings.prefetch, port } = options;
    this.prefetch = wholeNumber('AmqpConnection: prefetch', prefetch, { min: 1, max: 65_535 });
    if (port !== undefined) wholeNumber('AmqpConnection: port', port, { min: 1, max: 65_535 });
    const { heartbeatSeconds = settings.heartbeatSeconds } = options;
    this.#options = { ...options, heartbeatSeconds, url: addressOf(options), vhost: vhostOf(options) };
    // Else it is told when a message is to leave.
    settle(this.linkOptions());
  }

  /**
   * Publishes one message, at any time, also from handlers and hooks. Resolves when the broker has it, and has routed it to a queue; one
   * that is late, when the broker has it.
   * @throws ConnectError at once, with the reason, while the broker was never reached: nothing was sent; ConfigurationError for both or neither of `data` and `serializedData`; EncodingError for data that is no JSON;
   * UnroutableError, PublishRefusedError, PublishTimeoutError, CancelledError, ClosedError as a producer's.
   * @example
   * ```ts
   * import { AmqpConnection } from 'waybill/app';
   * import { Connection } from 'waybill/channel';
   *
   * await using channels = await Connection.open();
   * const { queue } = await (await channels.channel()).queue.declare('', { exclusive: true });
   *
   * const connection = new AmqpConnection();
   * await connection.put({ routingKey: queue, data: { id: 7 }, priority: 5 });
   * await connection.close();
   * ```
   */
  async put(message: PutMessage): Promise<void> {
    const { exchange = '', routingKey, mandatory = true, properties, vhost } = message;
    const { content, contentType } = contentOf(message);
    const always = { contentType, deliveryMode: 2, messageId: nextMessageId() };
    const own = messageProperties('AmqpConnection.put', message);
    const due = dueOf('AmqpConnection.put', message);
    const all = withSettings('AmqpConnection.put', changeProperties(always, properties ?? {}), own);
    const outgoing = { exchange, routingKey, content, properties: all, mandatory };
    const link = this.link(vhost);
    const { timeoutMs = 30_000, signal, outbox } = message;
    const restMs = outbox ? timeoutMs : await connectFirst(link, { timeoutMs, signal });
    const late = due && { due, sender: this.#lateSender(link) };
    const send = (copy: Outgoing): Promise<void> =>
      publishTold(link, this.#chain, routingKey, [copy], { timeoutMs: restMs, signal, outbox }, late);
    if (this.#chain.isEmpty) return await send(outgoing);
    const post = { kind: 'message', name: routingKey, copies: [outgoing] } as const;
    const component = { style: 'app', name: this.#owner?.name ?? 'AmqpConnection' } as const;
    const tooLate = (hasLeft: boolean): Error => new PublishTimeoutError(heldTooLong(restMs, hasLeft));
    const { deadlines } = link;
    const limits = { deadlines, timeoutMs: restMs, signal, closing: this.#closed.signal, tooLate };
    await sendThrough(this.#chain, component, post, ([copy = outgoing]) => send(copy), limits);
  }

  /** How its links are, one for each virtual host that is used, by asking the broker. See Link.health. One that is closed is not well. */
  async health(): Promise<readonly AmqpHealth[]> {
    const links = [...this.#links.values()].map(({ link }) => link);
    if (!this.#closing) return await linksHealth(this.name, links);
    return closedHealth(this.name, links, settle(this.linkOptions()).vhost);
  }

  /** @internal What its links do now. */
  get activity(): { readonly connections: number; readonly consumers: number } {
    const all = this.#closing ? [] : [...this.#links.values()].map(({ link }) => link.activity());
    const sum = (key: 'connections' | 'consumers'): number =>
      all.reduce((total, each) => total + each[key], 0);
    return { connections: sum('connections'), consumers: sum('consumers') };
  }

  /** Waits for confirms and closes. An app closes its connections itself. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** @see close */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  adopt(owner: ConnectionOwner): void {
    this.#owner = owner;
    this.#chain = new Chain('send', owner.name, owner.around);
  }

  /**
   * @internal Connects where no route does: an app that only puts shall not seem to be well without its broker.
   * @throws ConnectError
   */
  async open(): Promise<void> {
    if (this.#links.size === 0 || this.#closing) await this.link().openPublishing();
    if (this.#chain.forwards === true) this.#lateSender(this.link()).forward();
  }

  /** @internal The way to one virtual host, taken as it is written. */
  link(vhost: string | undefined = this.#options.vhost): Link {
    if (this.#closing) throw new ClosedError('The connection is closed.');
    const key = vhost ?? '';
    const entry = this.#links.get(key) ?? this.#open(vhost);
    this.#links.set(key, entry);
    return entry.link;
  }

  /** @internal How the link to a virtual host is made: all that are made alike are one. */
  linkOptions(vhost: string | undefined = this.#options.vhost): LinkOptions {
    const { url, tls, credentials, heartbeatSeconds, connectTimeoutMs, firstConnect } = this.#options;
    const logger = this.#owner?.logger;
    const connectionName = this.#owner && `${this.#owner.name} ${process.pid}`;
    const options = { url, vhost, tls, credentials, heartbeatSeconds, connectTimeoutMs, firstConnect };
    return { ...options, connectionName, logger, network: this.#options.network };
  }

  async #close(): Promise<void> {
    this.#closed.abort(new ClosedError('The connection was closed while a middleware held the message.'));
    const entries = [...this.#links.values()];
    for (const { unwatch } of entries) unwatch();
    await Promise.all([...this.#late.values()].map((each) => each.close()));
    await Promise.all(entries.map(({ link }) => link.close()));
  }

  #lateSender(link: Link): LateSender {
    const name = this.#owner?.name ?? 'AmqpConnection';
    const sender = this.#late.get(link) ?? new LateSender(link, name, this.#chain.forwards);
    this.#late.set(link, sender);
    return sender;
  }

  #open(vhost: string | undefined): { readonly link: Link; readonly unwatch: () => void } {
    const { onConnectionFailure } = this.#options;
    const link = Link.acquire(this.linkOptions(vhost));
    const unwatch = onConnectionFailure && link.onReconnectFailure(guarded(onConnectionFailure, link));
    return { link, unwatch: unwatch ?? (() => {}) };
  }
}

/** A user's callback must not end the reconnecting. */
function guarded(
  callback: (error: Error, attempt: number) => void,
  { logger }: Link,
): (error: Error, attempt: number) => void {
  return (error, attempt) => {
    try {
      callback(error, attempt);
    } catch (thrown) {
      logger.error(`onConnectionFailure threw: ${toError(thrown).message}`);
    }
  };
}
