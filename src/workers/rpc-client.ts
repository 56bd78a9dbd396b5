import { duration, wholeNumber } from '../common/numbers.js';
import {
  type CallMessageSettings,
  Client,
  callProperties,
  type MiddlewareOption,
  withSettings,
} from '../component/index.js';
import { type CallOptions, type CallRequest, type OpenCall, openCall } from '../rpc/index.js';
import type { Encoder, Result } from '../wire/index.js';
import { outcomeReader } from './answers.js';
import { type Connection, linkOptions } from './connection-parameters.js';
import type { AnswerOf, AnyCalls, DataOf } from './contract.js';
import { octetEncoder, requestProperties, wrapData } from './dialect.js';

/** How an {@link RpcClient} works, or one call of it. */
export interface RpcClientOptions {
  /** How long the whole call may take, all its attempts together, in milliseconds; `Infinity` for no limit. @default 30,000 */
  readonly timeoutMs?: number | undefined;
  /** How long each attempt waits before the call is sent again. @default for ever: sent again is only what has surely not arrived */
  readonly attemptTimeoutMs?: number | undefined;
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
    const { encoder = octetEncoder, timeoutMs = 30_000, attemptTimeoutMs, maxRetry = 0 } = options;
    duration('RpcClient: timeoutMs', timeoutMs);
    if (attemptTimeoutMs !== undefined) duration('RpcClient: attemptTimeoutMs', attemptTimeoutMs);
    wholeNumber('RpcClient: maxRetry', maxRetry);
    this.#encoder = encoder;
    this.#read = outcomeReader(encoder);
    this.#options = { timeoutMs, attemptTimeoutMs, maxRetry };
  }

  /** Connects; the first `call` does it too. Gives a function that stops it as {@link close} does. @throws ConnectError */
  async run(): Promise<() => Promise<void>> {
    await this.dispatch.open();
    return () => this.close();
  }

  /**
   * Calls and waits for the answer. Never rejects: look at `ok`, or `unwrap()` to have the value or the true reason thrown
   * (RemoteError with the class name of the far exception, TimeoutError, UnroutableError, ConnectionLostError, …).
   * @example
   * ```ts
   * import { RpcClient, RpcWorker } from 'waybill/workers';
   *
   * await using worker = new RpcWorker();
   * worker.route('half')((number: number) => number / 2);
   * await worker.run();
   *
   * await using client = new RpcClient<{ half: (number: number) => number }>();
   * const result = await client.call('half', 7, { timeoutMs: 2_000 });
   * console.log(result.ok ? result.value : result.error.code); // 3.5
   * ```
   */
  call<Queue extends keyof Calls & string>(
    queue: Queue,
    data: DataOf<Calls[Queue]>,
    options: RpcClientOptions & CallMessageSettings & Pick<CallOptions, 'signal'> = {},
  ): OpenCall<AnswerOf<Calls[Queue]>> {
    const own = this.#options;
    const { timeoutMs = own.timeoutMs, attemptTimeoutMs = own.attemptTimeoutMs } = options;
    const { maxRetry = own.maxRetry, signal } = options;
    const request = (): CallRequest => this.#request(queue, data, options);
    return openCall((cancellation) => {
      const asked = { timeoutMs, attemptTimeoutMs, maxRetry, signal, cancellation };
      return this.dispatch.callOpening(request, asked) as Promise<Result<AnswerOf<Calls[Queue]>>>;
    });
  }

  #request(queue: string, data: unknown, settings: CallMessageSettings): CallRequest {
    const usual = requestProperties(this.#encoder, 1);
    const { name } = this.constructor;
    return {
      exchange: '',
      routingKey: queue,
      name: queue,
      content: this.#encoder.encode(wrapData(data)),
      properties: withSettings(name, usual, callProperties(name, settings)),
      read: this.#read,
    };
  }
}
