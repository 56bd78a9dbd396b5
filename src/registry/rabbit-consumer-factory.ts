import type { LinkOptions } from '../amqp/index.js';
import type { DrainOptions } from '../scheduler/index.js';
import type { ConsumerFactory } from './consumer.js';
import { RabbitConsumer, type RabbitConsumerOptions } from './rabbit-consumer.js';

/** How a {@link RabbitConsumerFactory} makes consumers. */
export interface RabbitConsumerFactoryOptions extends LinkOptions {
  /** One connection for all its consumers, shared with everything else in the process that has the same settings. @default true */
  readonly sharedConnection?: boolean | undefined;
}

/** Makes consumers for RabbitMQ, which share a connection or have one each. */
export class RabbitConsumerFactory implements ConsumerFactory<RabbitConsumerOptions> {
  readonly #link: LinkOptions;
  readonly #consumers = new Set<RabbitConsumer>();

  /** @param connection an address, or how to connect. @default env `WAYBILL_URL` */
  constructor(connection: string | RabbitConsumerFactoryOptions = {}) {
    const { sharedConnection = true, ...link } =
      typeof connection === 'string' ? { url: connection } : connection;
    this.#link = { ...link, ownConnections: !sharedConnection };
  }

  /** Makes a consumer; it connects when it is told to. */
  create(messageKeyName: string): RabbitConsumer;
  // n.b. two signatures, not a default: else the compiler does not find the options of a registry in this.
  create(messageKeyName: string, options: RabbitConsumerOptions): RabbitConsumer;
  create(messageKeyName: string, options: RabbitConsumerOptions = {}): RabbitConsumer {
    const consumer = new RabbitConsumer(this.#link, messageKeyName, options);
    this.#consumers.add(consumer);
    return consumer;
  }

  /** Disconnects all consumers that were made here. @throws what the first of them throws that could not finish in time */
  async closeConnection(options?: DrainOptions): Promise<void> {
    const consumers = [...this.#consumers];
    this.#consumers.clear();
    const outcomes = await Promise.allSettled(consumers.map((each) => each.disconnect(options)));
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** Closes as {@link closeConnection} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.closeConnection();
  }
}
