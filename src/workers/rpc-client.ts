import { duration, wholeNumber } from '../common/numbers.js';
import { Client, type MiddlewareOption } from '../component/index.js';
import type { CallOptions, CallRequest } from '../rpc/index.js';
import type { Encoder, Result } from '../wire/index.js';
import { outcomeReader } from './answers.js';
import { type Connection, linkOptions } from './connection-parameters.js';
import type { AnswerOf, AnyCalls, DataOf } from './contract.js';
import { octetEncoder, requestProperties, wrapData } from './dialect.js';

/** How an {@link RpcClient} works, or one call of it. */
export interface RpcClientOptions {
  /** How long each attempt waits for an answer, in milliseconds; `Infinity` for no limit. @default 30,000 */
  readonly timeoutMs?: number | undefined;
  /** How many times a call is sent AGAIN. A worker of ours then answers without working twice; Python's does not. @default 0 */
  readonly maxRetry?: number | undefined;
}

/** Calls RpcWorkers, Python's too. */
export class RpcClient<Calls extends object = AnyCalls> extends Client {
  readonly #encoder: Encoder;
  readonly #read: CallRequest['read'];
  readonly #options: CallOptions;

  constructor(
    connection: Connection = {},
    options: RpcClientOptions & MiddlewareOption & { readonly encoder?: Encoder | undefined } = {},
  ) {
    super(linkOptions(connection, {}), 'workers', options);
    const { encoder = octetEncoder, timeoutMs = 30_000, maxRetry = 0 } = options;
    duration('RpcClient: timeoutMs', timeoutMs);
    wholeNumber('RpcClient: maxRetry', maxRetry);
    this.#encoder = encoder;
    this.#read = outcomeReader(encoder);
    this.#options = { timeoutMs, maxRetry };
  }

  /** Connects; the first `call` does it too. Gives a function that stops it as {@link close} does. @throws ConnectError */
  async run(): Promise<() => Promise<void>> {
    await this.dispatch.open();
    return () => this.close();
  }

  /**
   * Calls and waits for the answer. Never rejects: look at `ok`, or `unwrap()` to have the value or the true reason thrown
   * (RemoteError with the class name of the far exception, TimeoutError, UnroutableError, ConnectionLostError, …).
   */
  async call<Queue extends keyof Calls & string>(
    queue: Queue,
    data: DataOf<Calls[Queue]>,
    options: RpcClientOptions & Pick<CallOptions, 'signal'> = {},
  ): Promise<Result<AnswerOf<Calls[Queue]>>> {
    const { timeoutMs = this.#options.timeoutMs, maxRetry = this.#options.maxRetry, signal } = options;
    const request = (): CallRequest => this.#request(queue, data);
    const result = await this.dispatch.callOpening(request, { timeoutMs, maxRetry, signal });
    return result as Result<AnswerOf<Calls[Queue]>>;
  }

  #request(queue: string, data: unknown): CallRequest {
    return {
      exchange: '',
      routingKey: queue,
      name: queue,
      content: this.#encoder.encode(wrapData(data)),
      properties: requestProperties(this.#encoder, 1),
      read: this.#read,
    };
  }
}
