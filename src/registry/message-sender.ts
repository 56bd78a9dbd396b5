import { changeProperties, type LinkOptions, type PublishOptions } from '../amqp/index.js';
import {
  type CallMessageSettings,
  Client,
  callProperties,
  type MessageSettings,
  type MiddlewareOption,
  type QueuePost,
  withSettings,
} from '../component/index.js';
import { type CallOptions, type CallRequest, type OpenCall, openCall, resultReader } from '../rpc/index.js';
import { type Encoder, encodingOf, jsonEncoder, type Result, toPlain } from '../wire/index.js';
import { readDetail } from './detail.js';

/** What stands for the messages where nobody named them: any data under any key. */
// biome-ignore lint/suspicious/noExplicitAny: without a contract the model of the handler says what it expects
export type AnyMessages = Record<string, any>;

/** How a {@link MessageSender} sends. */
export interface MessageSenderOptions extends MiddlewareOption {
  /** How bodies are written. @default JSON */
  readonly encoder?: Encoder | undefined;
  /** How answers are written at the other end; see `RabbitConsumerOptions.rpc`. @default 'detail' */
  readonly rpc?: 'detail' | 'result' | undefined;
}

/** How one call waits, and what is said of it. */
export interface MessageCallOptions extends CallMessageSettings {
  /** How long the whole call may take, all its attempts together. @default 30,000 */
  readonly timeoutMs?: number | undefined;
  /** How long each attempt waits before the call is sent again. @default for ever: sent again is only what has surely not arrived */
  readonly attemptTimeoutMs?: number | undefined;
  /** How many times the call is sent AGAIN. A consumer of ours then answers without working twice; Python's does not. @default 0 */
  readonly maxRetry?: number | undefined;
  /** Gives up the call; whoever runs it is told. */
  readonly signal?: AbortSignal | undefined;
}

/** Sends messages with their key in a header, which the original left to others. */
export class MessageSender<Messages extends object = AnyMessages> extends Client {
  readonly #messageKeyName: string;
  readonly #encoder: Encoder;
  readonly #rpc: 'detail' | 'result';

  /** @param messageKeyName the header that names the handler of a message. */
  constructor(
    messageKeyName: string,
    connection: string | LinkOptions = {},
    options: MessageSenderOptions = {},
  ) {
    const { encoder = jsonEncoder, rpc = 'detail' } = options;
    super(typeof connection === 'string' ? { url: connection } : connection, 'registry', options);
    this.#messageKeyName = messageKeyName;
    this.#encoder = encoder;
    this.#rpc = rpc;
  }

  /** Connects; the first message does it too. @throws ConnectError */
  async connect(): Promise<this> {
    await this.dispatch.open();
    return this;
  }

  /**
   * Sends a message to a queue; resolves when the broker has stored it there.
   * @throws UnroutableError where no such queue is; ConfigurationError for settings that cannot be; what publishing throws.
   */
  async send<Key extends keyof Messages & string>(
    queue: string,
    key: Key,
    data: Messages[Key],
    options?: PublishOptions & MessageSettings,
  ): Promise<void> {
    await this.dispatch.publishToQueue(queue, this.#message(key, data, 2), options);
  }

  /**
   * Calls the handler of a key and waits for the answer. Never rejects. In the form `detail` success and failure do not say
   * what they are: what is no JSON is taken for an error.
   * @example
   * ```ts
   * import { HandlersRegistry, MessageConsumerRegistry, MessageSender, RabbitConsumerFactory } from 'waybill/registry';
   * import { z } from 'zod';
   *
   * const handlers = new HandlersRegistry();
   * handlers.register('length', z.string())((text) => text.length);
   * const consumers = new MessageConsumerRegistry(handlers, new RabbitConsumerFactory());
   * await consumers.register('texts', 'task_name', { rpc: 'result' });
   *
   * await using sender = new MessageSender('task_name', {}, { rpc: 'result' }); // as the consumer answers
   * console.log((await sender.call<number>('texts', 'length', 'hello')).unwrap()); // 5
   * await consumers.disconnectConsumers();
   * ```
   */
  call<Answer = unknown, Key extends keyof Messages & string = keyof Messages & string>(
    queue: string,
    key: Key,
    data: Messages[Key],
    settings: MessageCallOptions = {},
  ): OpenCall<Answer> {
    const { timeoutMs = 30_000, attemptTimeoutMs, maxRetry = 0, signal } = settings;
    const request = (): CallRequest => this.#request(queue, this.#message(key, data, 1), settings);
    return openCall((cancellation) => {
      const options: CallOptions = { timeoutMs, attemptTimeoutMs, maxRetry, signal, cancellation };
      // Python's answers have no correlation id, so each call has a reply queue for itself.
      const ownQueue = this.#rpc === 'detail';
      return this.dispatch.callOpening(request, options, ownQueue) as Promise<Result<Answer>>;
    });
  }

  #request(
    queue: string,
    { name, content, properties: usual }: QueuePost,
    settings: CallMessageSettings,
  ): CallRequest {
    const read = this.#rpc === 'detail' ? readDetail : resultReader(jsonEncoder);
    const { name: owner } = this.constructor;
    const properties = withSettings(owner, usual, callProperties(owner, settings));
    return { exchange: '', routingKey: queue, name, content, properties, read };
  }

  #message(key: string, data: unknown, deliveryMode: 1 | 2): QueuePost {
    const headers = { [this.#messageKeyName]: key };
    return {
      name: key,
      content: this.#encoder.encode(toPlain(data ?? null)),
      properties: changeProperties(encodingOf(this.#encoder), { headers, deliveryMode }),
    };
  }
}
