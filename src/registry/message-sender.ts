import type { LinkOptions, MessageProperties, PublishOptions } from '../amqp/index.js';
import { Client, type MiddlewareOption } from '../component/index.js';
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

/** How one call waits. */
export interface MessageCallOptions {
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
   * @throws UnroutableError where no such queue is; what publishing throws.
   */
  async send<Key extends keyof Messages & string>(
    queue: string,
    key: Key,
    data: Messages[Key],
    options?: PublishOptions,
  ): Promise<void> {
    await this.dispatch.publishToQueue(queue, { name: key, ...this.#message(key, data, 2) }, options);
  }

  /**
   * Calls the handler of a key and waits for the answer. Never rejects. In the form `detail` success and failure do not say
   * what they are: what is no JSON is taken for an error.
   */
  call<Answer = unknown, Key extends keyof Messages & string = keyof Messages & string>(
    queue: string,
    key: Key,
    data: Messages[Key],
    { timeoutMs = 30_000, maxRetry = 0, ...others }: MessageCallOptions = {},
  ): OpenCall<Answer> {
    const request = (): CallRequest => this.#request(queue, key, data);
    return openCall((cancellation) => {
      const options: CallOptions = { timeoutMs, maxRetry, ...others, cancellation };
      // Python's answers have no correlation id, so each call has a reply queue for itself.
      const ownQueue = this.#rpc === 'detail';
      return this.dispatch.callOpening(request, options, ownQueue) as Promise<Result<Answer>>;
    });
  }

  #request(queue: string, key: string, data: unknown): CallRequest {
    const read = this.#rpc === 'detail' ? readDetail : resultReader(jsonEncoder);
    return { exchange: '', routingKey: queue, name: key, ...this.#message(key, data, 1), read };
  }

  #message(
    key: string,
    data: unknown,
    deliveryMode: 1 | 2,
  ): { readonly content: Buffer; readonly properties: MessageProperties } {
    const headers = { [this.#messageKeyName]: key };
    return {
      content: this.#encoder.encode(toPlain(data ?? null)),
      properties: { ...encodingOf(this.#encoder), headers, deliveryMode },
    };
  }
}
