import { randomBytes } from 'node:crypto';
import amqp, { type Channel, type ChannelModel, type ConfirmChannel, type Options } from 'amqplib';
import { type Json, plain } from './json.js';
import { methodName } from './method-names.js';
import { RawPeer } from './raw-peer.js';
import { within } from './wait.js';

/** How a broker closed a channel or a connection: the code, and the method it blames. */
export interface Death {
  readonly closed: 'channel' | 'connection';
  readonly code: number | null;
  readonly by?: string;
}

interface CloseError extends Error {
  readonly code?: number;
  readonly classId?: number;
  readonly methodId?: number;
}

/** One behaviour's own surroundings on one broker: names nobody else has, connections that end with it. */
export class World implements AsyncDisposable {
  readonly url: string;
  readonly #labels = new Map<string, string>();
  readonly #connections = new Set<ChannelModel>();
  readonly #raws = new Set<RawPeer>();
  readonly #deaths = new WeakMap<Channel | ChannelModel, Promise<Death>>();

  constructor(url: string) {
    this.url = url;
  }

  /** A name that no other run uses. Observations show it as `<label>`. */
  name(label: string): string {
    const name = `parity.${label}.${randomBytes(6).toString('hex')}`;
    this.#labels.set(name, label);
    return name;
  }

  /** A connection with listeners for everything, so that a loss is an observation and not a crash. */
  async connect(url: string | Options.Connect = this.url): Promise<ChannelModel> {
    const connection = await amqp.connect(url, { noDelay: true, timeout: 10_000 });
    this.#connections.add(connection);
    connection.on('error', () => undefined);
    const death = new Promise<Death>((resolve) => {
      connection.on('close', (error?: CloseError) =>
        resolve({ closed: 'connection', code: error?.code ?? null }),
      );
    });
    this.#deaths.set(connection, death);
    return connection;
  }

  /** A channel in confirm mode, on a connection of its own unless one is given. */
  async channel(connection?: ChannelModel): Promise<ConfirmChannel> {
    const on = connection ?? (await this.connect());
    return this.#watch(await on.createConfirmChannel(), on);
  }

  /** A channel that is not in confirm mode. */
  async plainChannel(connection?: ChannelModel): Promise<Channel> {
    const on = connection ?? (await this.connect());
    return this.#watch(await on.createChannel(), on);
  }

  #watch<C extends Channel>(channel: C, connection: ChannelModel): C {
    const death = new Promise<Death>((resolve) => {
      channel.on('error', (error: CloseError) => resolve(channelDeath(error)));
      void this.#deaths.get(connection)?.then(resolve);
    });
    this.#deaths.set(channel, death);
    return channel;
  }

  /** A socket that speaks frames, for what amqplib hides or refuses to send. */
  async raw(): Promise<RawPeer> {
    const peer = await RawPeer.connect(this.url);
    this.#raws.add(peer);
    return peer;
  }

  /** How the broker closes this channel or connection; an error when it does not. */
  death(of: Channel | ChannelModel): Promise<Death> {
    return within(
      'the broker to close',
      this.#deaths.get(of) ?? Promise.reject(new Error('not of this world')),
    );
  }

  /** What became of an operation: its answer under `show`, or how the broker closed on it. */
  async outcome<T>(
    on: Channel,
    operation: () => Promise<T>,
    show?: (answer: T) => unknown,
  ): Promise<unknown> {
    try {
      const answer = await operation();
      return show ? show(answer) : 'fine';
    } catch {
      return this.death(on);
    }
  }

  /** A queue with a name of its own; transient unless the options say otherwise. */
  async queue(channel: Channel, label = 'queue', options: Options.AssertQueue = {}): Promise<string> {
    const { queue } = await channel.assertQueue(this.name(label), { durable: false, ...options });
    return queue;
  }

  /** An exchange with a name of its own; transient unless the options say otherwise. */
  async exchange(
    channel: Channel,
    type: string,
    label = 'exchange',
    options: Options.AssertExchange = {},
  ): Promise<string> {
    const { exchange } = await channel.assertExchange(this.name(label), type, { durable: false, ...options });
    return exchange;
  }

  /** The observation with this run's names, broker-made names and recent times replaced by placeholders. */
  observation(value: unknown): Json {
    return plain(value, (text) => this.#rename(text));
  }

  #rename(text: string): string {
    let shown = text;
    for (const [name, label] of this.#labels) shown = shown.replaceAll(name, `<${label}>`);
    return shown
      .replace(/amq\.gen-[\w-]+/g, '<amq.gen>')
      .replace(/amq\.ctag-[\w-]+/g, '<amq.ctag>')
      .replace(/amq\.rabbitmq\.reply-to\.[\w+/=.@-]+/g, '<reply-to>');
  }

  /** Ends every connection and removes every queue and exchange of this world. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#raws) peer.destroy();
    await Promise.all([...this.#connections].map((connection) => connection.close().catch(() => undefined)));
    const connection = await amqp.connect(this.url, { noDelay: true });
    connection.on('error', () => undefined);
    for (const name of this.#labels.keys()) await remove(connection, name);
    await connection.close();
  }
}

async function remove(connection: ChannelModel, name: string): Promise<void> {
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  try {
    await channel.deleteQueue(name);
    await channel.deleteExchange(name);
    await channel.close();
  } catch {
    // Whoever cannot be removed (a test may leave an exclusive queue to a dying connection) goes with its owner.
  }
}

function channelDeath(error: CloseError): Death {
  const by = methodName(error.classId ?? 0, error.methodId ?? 0);
  return { closed: 'channel', code: error.code ?? null, by };
}
