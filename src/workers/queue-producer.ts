import type { LinkHealth, PublishOptions } from '../amqp/index.js';
import { Dispatch, type Middleware, ownMiddleware } from '../component/index.js';
import type { Encoder } from '../wire/index.js';
import { type Connection, linkOptions } from './connection-parameters.js';
import type { AnyData } from './contract.js';
import { octetEncoder, requestProperties, wrapData } from './dialect.js';

/** How a {@link QueueProducer} works. */
export interface QueueProducerOptions {
  /** How data becomes bytes. @default gzip JSON without a content encoding, as the original */
  readonly encoder?: Encoder | undefined;
  /** What stands around its sending, within what its class has. */
  readonly middleware?: readonly Middleware[] | undefined;
}

/** Sends tasks to the queues of QueueWorkers, Python's too: persistent, confirmed, `{ data }`. */
export class QueueProducer<Tasks extends object = AnyData> {
  /** What stands around its sending, the outermost first. See {@link Middleware}. @default none */
  static readonly middleware: readonly Middleware[] = [];

  readonly #dispatch: Dispatch;
  readonly #encoder: Encoder;

  constructor(connection: Connection = {}, options: QueueProducerOptions = {}) {
    const { name } = new.target;
    const middleware = ownMiddleware(new.target, options);
    this.#dispatch = new Dispatch(linkOptions(connection, {}), { style: 'workers', name }, middleware);
    this.#encoder = options.encoder ?? octetEncoder;
  }

  /** Connects; the first `publish` does it too. Gives a function that stops it as {@link close} does. @throws ConnectError */
  async run(): Promise<() => Promise<void>> {
    await this.#dispatch.open();
    return () => this.close();
  }

  /**
   * Sends a task; resolves when the broker has stored it in the queue.
   * @throws UnroutableError where no worker has declared the queue yet; EncodingError for data that JSON cannot say; what
   * publishing throws: PublishTimeoutError, PublishRefusedError, CancelledError, ConnectError, ClosedError.
   */
  async publish<Queue extends keyof Tasks & string>(
    queue: Queue,
    data: Tasks[Queue],
    options?: PublishOptions,
  ): Promise<void> {
    const content = this.#encoder.encode(wrapData(data));
    const properties = requestProperties(this.#encoder, 2);
    await this.#dispatch.publishToQueue(queue, { name: queue, content, properties }, options);
  }

  /** How its link is. */
  async health(): Promise<LinkHealth> {
    return await this.#dispatch.health();
  }

  /** Waits for missing confirms and closes. Idempotent. */
  async close(): Promise<void> {
    await this.#dispatch.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
