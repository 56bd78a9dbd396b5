import { assertNames, type OwnChannel, type RawChannel } from '../amqp/index.js';
import { duration, wholeNumber } from '../common/numbers.js';
import { within } from '../common/timers.js';
import { ConfigurationError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { ConsumeOptions, PublishTarget } from './channel-options.js';
import { Confirms } from './confirms.js';
import type { ChannelConsumer } from './consumer.js';
import { Consumers } from './consumers.js';
import { ChannelCore } from './core.js';
import { Exchanges } from './exchanges.js';
import {
  isMessage,
  Message,
  type ReceivedMessage,
  type ReturnedMessage,
  received,
  returned,
  toWire,
} from './message.js';
import { Queues } from './queues.js';

const noGlobalQos =
  'RabbitMQ has no limit for all consumers of a channel together any more (qos with global) from 4.3 on. ' +
  'Give each consumer its own, by qos(count) before its consume, so that they add up to what you want.';

/**
 * One channel of plain AMQP 0-9-1. What the broker refuses closes it, and only it; everything that was under way throws
 * the reason. It does not come back after that, nor after a lost connection: take another one from the same connection,
 * which does.
 */
export class Channel implements AsyncDisposable {
  /** The channel's number within its Connection object. */
  readonly number: number;
  /** Declares, binds and removes exchanges, on this channel. */
  readonly exchange: Exchanges;
  /** Declares, binds, empties and removes queues, on this channel. */
  readonly queue: Queues;
  /** Mandatory messages that reached no queue, in order. Take out what you have seen. */
  readonly returned: ReturnedMessage[] = [];
  readonly #own: OwnChannel;
  readonly #core: ChannelCore;
  readonly #confirms: Confirms;
  readonly #consumers: Consumers;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(number: number, own: OwnChannel, logger: Logger) {
    this.number = number;
    this.#own = own;
    this.#core = new ChannelCore(own);
    this.exchange = new Exchanges(this.#core);
    this.queue = new Queues(this.#core);
    this.#confirms = new Confirms(own.raw);
    this.#consumers = new Consumers(this.#core, logger);
    own.raw.on('return', (raw) => this.returned.push(returned(raw)));
    this.#core.onEnd((error) => this.#confirms.fail(error));
  }

  /** True until the channel is closed, by its owner or by the broker. */
  get isOpen(): boolean {
    return this.#core.isOpen;
  }

  /** Resolves when the channel is closed, with the error where one has closed it. Never rejects. */
  get closed(): Promise<Error | undefined> {
    return this.#core.closed;
  }

  /** The consumers that are at work, by their tags. */
  get consumers(): ReadonlyMap<string, ChannelConsumer> {
    return this.#consumers.byTag;
  }

  /**
   * Publishes a message. It is written at once; the promise resolves when the broker has it, and need not be awaited:
   * `flush` and `close` wait for all together. A mandatory message that reached no queue is in `returned` by then.
   * @throws ConfigurationError for text, headers or properties that cannot be sent: nothing was; PublishRefusedError for a nack;
   * ChannelError, ConnectionLostError and ClosedError when the channel has ended: then its fate is unknown.
   * @example
   * ```ts
   * import { Connection, Message } from 'waybill/channel';
   *
   * await using connection = await Connection.open();
   * await using channel = await connection.channel();
   * await channel.publish(new Message('hello', { headers: { pages: 3 } }), { routingKey: 'nobody', mandatory: true });
   * console.log(channel.returned.map(({ replyText }) => replyText)); // [ 'NO_ROUTE' ]
   * ```
   */
  publish(message: Message | string | Uint8Array, target: PublishTarget = {}): Promise<void> {
    const { exchange = '', routingKey = '', mandatory = false } = target;
    try {
      const { content, properties } = toWire(isMessage(message) ? message : new Message(message));
      const options = { ...properties, mandatory } as Parameters<RawChannel['publish']>[3];
      this.#core.write((raw) => raw.publish(exchange, routingKey, content, options));
    } catch (thrown) {
      return Promise.reject(thrown);
    }
    return this.#confirms.add();
  }

  /** Takes one message; null when there is none. It must be settled, unless with `noAck`. @throws ChannelError */
  async get(
    queue = '',
    { noAck = false }: { readonly noAck?: boolean } = {},
  ): Promise<ReceivedMessage | null> {
    assertNames({ queue });
    const raw = await this.#core.ask((channel) => channel.get(queue, { noAck }));
    return raw ? received(raw) : null;
  }

  /**
   * Lets a queue's messages come: to `onMessage`, or into a loop. Say `qos` before: else all come at once. Of a stream it must
   * be said, and `arguments: { 'x-stream-offset': … }` says where to begin.
   * @throws ChannelError; ConfigurationError for arguments that cannot be sent
   * @example
   * ```ts
   * import { Connection } from 'waybill/channel';
   *
   * await using connection = await Connection.open();
   * await using channel = await connection.channel();
   * const { queue } = await channel.queue.declare('', { exclusive: true });
   * await channel.publish('hello', { routingKey: queue });
   * await channel.qos(10);
   * for await (const { body, deliveryInfo } of await channel.consume(queue)) {
   *   console.log(body); // hello
   *   channel.ack(deliveryInfo.deliveryTag);
   *   break; // cancels the consumer
   * }
   * ```
   */
  async consume(queue = '', options: ConsumeOptions = {}): Promise<ChannelConsumer> {
    return await this.#consumers.begin(queue, options);
  }

  /** Ends a consumer; an unknown tag is no error. @throws ChannelError */
  async cancel(consumerTag: string): Promise<void> {
    await this.#consumers.cancel(consumerTag);
  }

  /** Resolves when no consumer is left: by `cancel`, by the broker, or because the channel was closed. @throws ChannelError */
  async wait(): Promise<void> {
    await this.#consumers.wait();
  }

  /**
   * Acks a message: the broker forgets it, and with `multiple` all before it, too. A tag that the broker does not know
   * closes the channel.
   * @throws ConfigurationError for what is no tag, a whole number
   */
  ack(deliveryTag: number, { multiple = false }: { readonly multiple?: boolean } = {}): void {
    const message = reference(deliveryTag);
    this.#core.write((raw) => raw.ack(message, multiple));
  }

  /** Rejects a message: it is dead-lettered or dropped, or with `requeue` given back to its queue. */
  reject(deliveryTag: number, { requeue = false }: { readonly requeue?: boolean } = {}): void {
    const message = reference(deliveryTag);
    this.#core.write((raw) => raw.reject(message, requeue));
  }

  /** Rejects a message as {@link reject} does, or gives it back with `requeue`; with `multiple` all before it, too. */
  nack(
    deliveryTag: number,
    { multiple = false, requeue = false }: { readonly multiple?: boolean; readonly requeue?: boolean } = {},
  ): void {
    const message = reference(deliveryTag);
    this.#core.write((raw) => raw.nack(message, multiple, requeue));
  }

  /**
   * How many unsettled messages each further consumer gets, or with `global` all of the channel together: from 0 to 65,535, 0 is no limit.
   * @throws ConfigurationError for another number; for `global` on RabbitMQ 4.3 and later, which would take it for each consumer without a word
   */
  async qos(prefetchCount: number, { global = false }: { readonly global?: boolean } = {}): Promise<void> {
    wholeNumber('Channel.qos: prefetchCount', prefetchCount, { max: 65_535 });
    if (global && this.#own.isAtLeast('4.3')) throw new ConfigurationError(noGlobalQos);
    await this.#core.ask((raw) => raw.prefetch(prefetchCount, global));
    if (!global) this.#consumers.prefetch = prefetchCount;
  }

  /** Gives back everything that was delivered on this channel and not settled. */
  async recover(): Promise<void> {
    await this.#core.ask((raw) => raw.recover());
  }

  /** Resolves when the broker has dealt with everything that was published until now. */
  async flush(): Promise<void> {
    await this.#confirms.settled();
  }

  /**
   * Flushes, then closes; the broker's confirms are waited for `timeoutMs` at most, `Infinity` for no limit. Idempotent.
   * @default 5,000 ms @throws nothing but ConfigurationError for a `timeoutMs` that is none
   */
  async close({ timeoutMs = 5_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    duration('Channel.close: timeoutMs', timeoutMs);
    this.#closing ??= this.#close(timeoutMs);
    await this.#closing;
  }

  /** Closes the channel, as {@link close} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(timeoutMs: number): Promise<void> {
    this.#core.beginClosing();
    await within(this.flush(), timeoutMs, () => {});
    await this.#core.close();
  }
}

/** amqplib takes a whole message where it needs its tag only. */
function reference(tag: number): Parameters<RawChannel['ack']>[0] {
  const deliveryTag = wholeNumber('Channel.ack, reject, nack: deliveryTag', tag);
  return { fields: { deliveryTag } } as Parameters<RawChannel['ack']>[0];
}
