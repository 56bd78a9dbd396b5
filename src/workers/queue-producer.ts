import type { PublishOptions } from '../amqp/index.js';
import { Client, type MessageSettings, type MiddlewareOption } from '../component/index.js';
import type { Encoder } from '../wire/index.js';
import { type Connection, linkOptions } from './connection-parameters.js';
import type { AnyData } from './contract.js';
import { octetEncoder, requestProperties, wrapData } from './dialect.js';

/** How a {@link QueueProducer} works. */
export interface QueueProducerOptions extends MiddlewareOption {
  /** How data becomes bytes. @default gzip JSON without a content encoding, as the original */
  readonly encoder?: Encoder | undefined;
}

/** Sends tasks to the queues of QueueWorkers, Python's too: persistent, confirmed, `{ data }`. */
export class QueueProducer<Tasks extends object = AnyData> extends Client {
  readonly #encoder: Encoder;

  constructor(connection: Connection = {}, options: QueueProducerOptions = {}) {
    super(linkOptions(connection, {}), 'workers', options);
    this.#encoder = options.encoder ?? octetEncoder;
  }

  /** Connects; the first `publish` does it too. Gives a function that stops it as {@link close} does. @throws ConnectError */
  async run(): Promise<() => Promise<void>> {
    await this.dispatch.open();
    return () => this.close();
  }

  /**
   * Sends a task; resolves when the broker has stored it in the queue.
   * @throws UnroutableError where no worker has declared the queue yet; EncodingError for data that JSON cannot say;
   * ConfigurationError for settings that cannot be; what
   * publishing throws: PublishTimeoutError, PublishRefusedError, CancelledError, ConnectError, ClosedError.
   * @example
   * ```ts
   * import { QueueProducer, QueueWorker } from 'waybill/workers';
   *
   * await using worker = new QueueWorker();
   * worker.route('letters')(() => {});
   * await worker.run();
   *
   * await using producer = new QueueProducer<{ letters: { text: string } }>();
   * await producer.publish('letters', { text: 'hello' }, { priority: 5, timeoutMs: 2_000 });
   * ```
   */
  async publish<Queue extends keyof Tasks & string>(
    queue: Queue,
    data: Tasks[Queue],
    options?: PublishOptions & MessageSettings,
  ): Promise<void> {
    const content = this.#encoder.encode(wrapData(data));
    const properties = requestProperties(this.#encoder, 2);
    await this.dispatch.publishToQueue(queue, { name: queue, content, properties }, options);
  }
}
