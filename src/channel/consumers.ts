import { assertNames, type RawChannel } from '../amqp/index.js';
import { refuseGenerator } from '../common/generators.js';
import type { Logger } from '../logger.js';
import { ChannelError } from './channel-error.js';
import type { ConsumeOptions } from './channel-options.js';
import { ChannelConsumer } from './consumer.js';
import type { ChannelCore } from './core.js';
import { writeArguments } from './headers.js';
import { type ReceivedMessage, received } from './message.js';
import { checkStreamConsumer, isOfStream } from './stream-consumer.js';

/** The consumers of one channel. */
export class Consumers {
  readonly byTag: Map<string, ChannelConsumer> = new Map();
  /** How many unsettled messages each further one gets; 0 is no limit. */
  prefetch = 0;
  readonly #core: ChannelCore;
  readonly #logger: Logger;
  readonly #waiters = new Set<() => void>();

  constructor(core: ChannelCore, logger: Logger) {
    this.#core = core;
    this.#logger = logger;
    core.onEnd((error, isFault) => {
      for (const consumer of this.byTag.values()) consumer.end(isFault ? error : undefined);
      this.byTag.clear();
      this.#tell();
    });
  }

  /** Begins to consume. @throws ChannelError, ConfigurationError */
  async begin(queue: string, options: ConsumeOptions): Promise<ChannelConsumer> {
    const { consumerTag: wanted, noAck = false, exclusive = false, onMessage } = options;
    refuseGenerator(onMessage, 'onMessage');
    assertNames({ queue, 'consumer tag': wanted ?? '' });
    const consumer = new ChannelConsumer({ noAck, onMessage }, this);
    const tag = wanted === undefined ? {} : { consumerTag: wanted };
    checkStreamConsumer(options.arguments, { noAck, prefetch: this.prefetch });
    const args = writeArguments(options.arguments);
    const { consumerTag } = await this.#core.ask((raw) =>
      raw.consume(
        queue,
        // Messages may come before the tag does.
        (message) => (message ? consumer.take(received(message)) : this.#ended(consumer.consumerTag)),
        { noAck, exclusive, ...tag, arguments: args },
      ),
    );
    consumer.begin(consumerTag);
    this.byTag.set(consumerTag, consumer);
    return consumer;
  }

  /** Ends a consumer; one that there is not is no error. @throws ChannelError */
  async cancel(consumerTag: string): Promise<void> {
    assertNames({ 'consumer tag': consumerTag });
    if (this.#core.isOpen) await this.#core.ask((raw) => raw.cancel(consumerTag));
    this.#ended(consumerTag);
  }

  /** Resolves when none is left. @throws ChannelError when the broker has closed the channel */
  async wait(): Promise<void> {
    while (this.byTag.size > 0) await new Promise<void>((resolve) => this.#waiters.add(resolve));
    if (this.#core.end instanceof ChannelError) throw this.#core.end;
  }

  /** Gives back what came for a loop that was left. */
  giveBack(messages: readonly ReceivedMessage[]): void {
    if (!this.#core.isOpen) return;
    for (const message of messages) {
      const reference = { fields: message.deliveryInfo } as Parameters<RawChannel['nack']>[0];
      // What is read from a stream stays in it, and RabbitMQ 3.10 closes the connection for a nack (540).
      this.#core.write((raw) =>
        isOfStream(message) ? raw.ack(reference) : raw.nack(reference, false, true),
      );
    }
  }

  /** Tells of a callback that has thrown. */
  report(text: string): void {
    this.#logger.error(text);
  }

  #ended(consumerTag: string): void {
    this.byTag.get(consumerTag)?.end();
    this.byTag.delete(consumerTag);
    this.#tell();
  }

  #tell(): void {
    for (const resolve of this.#waiters) resolve();
    this.#waiters.clear();
  }
}
