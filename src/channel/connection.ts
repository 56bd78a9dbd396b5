import { Link, type LinkOptions, urlOf } from '../amqp/index.js';
import { wholeNumber } from '../common/numbers.js';
import { ClosedError, ConfigurationError } from '../errors.js';
import { Channel } from './channel.js';

/** Where to connect, and as whom. */
export interface ConnectionOptions extends Omit<LinkOptions, 'outbox'> {
  /** The broker's host, instead of `url`: `name`, `name:port` or `[::1]:5672`. */
  readonly host?: string | undefined;
  /** The user, with `host`. @default 'guest' */
  readonly user?: string | undefined;
  /** The password, with `host`. @default 'guest' */
  readonly password?: string | undefined;
}

/** Channels 1 to 2,047: what RabbitMQ allows unless told otherwise. */
const lastNumber = 2_047;

/**
 * A connection for plain AMQP. It shares the link, and so the connection, of all components of the process with the
 * same settings; `ownConnections` makes one of its own. The connection comes back by itself when it is lost; channels
 * do not.
 * @example
 * ```ts
 * import { Connection } from 'waybill/channel';
 *
 * await using connection = await Connection.open(); // WAYBILL_URL, or localhost
 * await using channel = await connection.channel();
 * const { queue } = await channel.queue.declare('', { exclusive: true });
 * await channel.publish('hello', { routingKey: queue, mandatory: true });
 * console.log((await channel.get(queue, { noAck: true }))?.body); // hello
 * ```
 */
export class Connection implements AsyncDisposable {
  readonly #link: Link;
  readonly #channels = new Map<number, Promise<Channel>>();
  #closing: Promise<void> | undefined;

  private constructor(link: Link) {
    this.#link = link;
  }

  /** Connects. @throws ConnectError, with the broker's `replyCode` where it has refused; ConfigurationError */
  static async open(options: ConnectionOptions = {}): Promise<Connection> {
    const link = Link.acquire({ ...options, url: addressOf(options) });
    try {
      await link.openConsuming();
    } catch (thrown) {
      await link.close();
      throw thrown;
    }
    return new Connection(link);
  }

  /**
   * The channel of this number, opened if it is not; without a number a new one, with the lowest that is free, from 1
   * on. Numbers count within this object: on the wire a channel may have another one, since components share the
   * connection.
   * @throws ConfigurationError when there is no such number, or none free; ClosedError
   */
  async channel(number: number = this.#freeNumber()): Promise<Channel> {
    if (this.#closing) throw new ClosedError('The connection is closed.');
    wholeNumber('Connection.channel: number', number, { min: 1, max: lastNumber });
    const channel = this.#channels.get(number) ?? this.#open(number);
    this.#channels.set(number, channel);
    return await channel;
  }

  /** Closes all its channels, each after everything it has published, and gives the connection back. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Closes the connection, as {@link close} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #open(number: number): Promise<Channel> {
    try {
      const channel = new Channel(number, await this.#link.openChannel(), this.#link.logger);
      void channel.closed.then(() => this.#channels.delete(number));
      return channel;
    } catch (thrown) {
      this.#channels.delete(number);
      throw thrown;
    }
  }

  #freeNumber(): number {
    let number = 1;
    while (this.#channels.has(number)) number++;
    if (number <= lastNumber) return number;
    throw new ConfigurationError(`All ${lastNumber} channels of this connection are open; close one.`);
  }

  async #close(): Promise<void> {
    const channels = await Promise.allSettled(this.#channels.values());
    await Promise.all(channels.map((each) => (each.status === 'fulfilled' ? each.value.close() : undefined)));
    await this.#link.close();
  }
}

/** @throws ConfigurationError when it is told twice */
function addressOf({ url, host, user, password, tls }: ConnectionOptions): LinkOptions['url'] {
  const isInPieces = [host, user, password].some((each) => each !== undefined);
  if (!isInPieces) return url;
  if (url !== undefined) throw new ConfigurationError('Give either url, or host, user and password.');
  return urlOf({ host, user, password, tls });
}
