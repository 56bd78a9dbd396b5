import { type Arguments, assertNames } from '../amqp/index.js';
import type { DeclaredQueue, QueueOptions } from './channel-options.js';
import type { ChannelCore } from './core.js';
import { writeArguments } from './headers.js';

/** The methods of the AMQP class `queue`: `channel.queue`. The name `''` is the queue that was declared last on the channel. */
export class Queues {
  readonly #core: ChannelCore;

  /** @internal */
  constructor(core: ChannelCore) {
    this.#core = core;
  }

  /**
   * Declares a queue; without a name the broker makes one. @throws ChannelError, for example 406 where it is there with other properties
   * @example
   * ```ts
   * import { Connection } from 'waybill/channel';
   *
   * await using connection = await Connection.open();
   * await using channel = await connection.channel();
   * const { messageCount } = await channel.queue.declare('mail', { arguments: { 'x-queue-type': 'quorum' } });
   * console.log(messageCount); // 0
   * await channel.queue.bind('mail', 'amq.topic', 'letter.#');
   * ```
   */
  async declare(queue = '', options: QueueOptions = {}): Promise<DeclaredQueue> {
    assertNames({ queue });
    const { passive = false, durable = true, exclusive = false, autoDelete = false } = options;
    const args = writeArguments(options.arguments);
    return await this.#core.ask(
      (raw) =>
        passive
          ? raw.checkQueue(queue)
          : raw.assertQueue(queue, { durable, exclusive, autoDelete, arguments: args }),
      `queue '${queue}'`,
    );
  }

  /** Binds a queue to an exchange. @throws ChannelError */
  async bind(queue: string, exchange: string, routingKey = '', args?: Arguments): Promise<void> {
    assertNames({ queue, exchange, 'routing key': routingKey });
    await this.#core.ask((raw) => raw.bindQueue(queue, exchange, routingKey, writeArguments(args)));
  }

  /** Takes a binding away. @throws ChannelError */
  async unbind(queue: string, exchange: string, routingKey = '', args?: Arguments): Promise<void> {
    assertNames({ queue, exchange, 'routing key': routingKey });
    await this.#core.ask((raw) => raw.unbindQueue(queue, exchange, routingKey, writeArguments(args)));
  }

  /** Empties a queue of what is ready, and tells how many messages that were. @throws ChannelError */
  async purge(queue = ''): Promise<number> {
    assertNames({ queue });
    return (await this.#core.ask((raw) => raw.purgeQueue(queue))).messageCount;
  }

  /** Removes a queue, and tells how many messages went with it. One that is not there is no error. @throws ChannelError 406 with `ifUnused` where it has consumers, with `ifEmpty` where it has messages */
  async delete(
    queue = '',
    { ifUnused = false, ifEmpty = false }: { readonly ifUnused?: boolean; readonly ifEmpty?: boolean } = {},
  ): Promise<number> {
    assertNames({ queue });
    return (await this.#core.ask((raw) => raw.deleteQueue(queue, { ifUnused, ifEmpty }))).messageCount;
  }
}
