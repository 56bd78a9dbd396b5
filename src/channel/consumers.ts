import { assertNames, type RawChannel, takeMessages } from '../amqp/index.js';
import { refuseGenerator } from '../common/generators.js';
import type { Logger } from '../logger.js';
import { ChannelError } from './channel-error.js';
import type { ConsumeOptions } from './channel-options.js';
import { ChannelConsumer } from './consumer.js';
import type { ChannelCore } from './core.js';
import { writeArguments } from './headers.js';
import { type ReceivedMessage, received } from './message.js';
import { checkStreamConsumer, isOfStream } from './stream-consumer.js';

/** A message as it comes. */
type RawMessage = Parameters<Parameters<typeof takeMessages>[1]>[0];

/** The consumers of one channel. */
export class Consumers {
  readonly byTag: Map<string, ChannelConsumer> = new Map();
  /** How many unsettled messages each further one gets; 0 is no limit. */
  prefetch = 0;
  readonly #core: ChannelCore;
  readonly #logger: Logger;
  readonly #waiters = new Set<() => void>();
  /** What has come for consumers whose tags are not known yet. */
  readonly #early = new Map<string, RawMessage[]>();
  /** How many consumers are about to begin. */
  #beginning = 0;
  #isTaking = false;

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
    this.#beginning++;
    const begun = this.#core.ask((raw) => {
      this.#takeFrom(raw);
      // n.b. messages do not come by it: see takeMessages.
      const onMessage = (message: RawMessage | null): void =>
        this.#took(message, message?.fields.consumerTag ?? consumer.consumerTag);
      return raw.consume(queue, onMessage, { noAck, exclusive, ...tag, arguments: args });
    });
    const { consumerTag } = await begun.finally(() => this.#beginning--);
    consumer.begin(consumerTag);
    this.byTag.set(consumerTag, consumer);
    const early = this.#early.get(consumerTag) ?? [];
    this.#early.delete(consumerTag);
    for (const message of early) consumer.take(received(message));
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

  #takeFrom(raw: RawChannel): void {
    if (this.#isTaking) return;
    this.#isTaking = true;
    takeMessages(raw, (message, tag) => this.#took(message, tag));
  }

  /** Null where the broker has ended the consumer. What comes right behind an end goes back when the channel is closed. */
  #took(message: RawMessage | null, tag: string): void {
    const consumer = this.byTag.get(tag);
    if (!message) this.#ended(tag);
    else if (consumer) consumer.take(received(message));
    else if (this.#beginning > 0) this.#early.set(tag, [...(this.#early.get(tag) ?? []), message]);
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
