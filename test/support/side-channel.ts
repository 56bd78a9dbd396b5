import amqp, { type ChannelModel, type ConfirmChannel, type GetMessage, type Options } from 'amqplib';
import { until } from './until.js';

/** What a queue holds at one moment. */
export interface QueueState {
  /** Messages ready for delivery; those delivered and not yet settled are not counted. */
  readonly messages: number;
  /** Consumers at work on it. */
  readonly consumers: number;
}

/**
 * Raw access to a broker, beside the code under test and without any of it. Each call uses a channel of its
 * own, so that a refusal (a missing queue, say) does not spoil the next one.
 */
export class SideChannel implements AsyncDisposable {
  /** The connection, for what has no method here. */
  readonly connection: ChannelModel;
  #closed = false;

  private constructor(connection: ChannelModel) {
    this.connection = connection;
    connection.on('error', () => {});
    connection.on('close', () => {
      this.#closed = true;
    });
  }

  /** Connects to the broker at `url`. */
  static async connect(url: string): Promise<SideChannel> {
    return new SideChannel(await amqp.connect(url, { noDelay: true, timeout: 10_000 }));
  }

  /** Runs `work` on a fresh channel with confirms, closed afterwards. */
  async onChannel<T>(work: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
    const channel = await this.connection.createConfirmChannel();
    let open = true;
    channel.on('error', () => {});
    channel.on('close', () => {
      open = false;
    });
    try {
      return await work(channel);
    } finally {
      if (open) await channel.close();
    }
  }

  /** What the queue holds, or `undefined` when there is no such queue. */
  async look(queue: string): Promise<QueueState | undefined> {
    try {
      const { messageCount, consumerCount } = await this.onChannel((channel) => channel.checkQueue(queue));
      return { messages: messageCount, consumers: consumerCount };
    } catch (error) {
      if ((error as { code?: unknown }).code === 404) return undefined;
      throw error;
    }
  }

  /**
   * The number of messages ready in the queue.
   *
   * @throws Error when there is no such queue.
   */
  async depth(queue: string): Promise<number> {
    const state = await this.look(queue);
    if (state === undefined) throw new Error(`There is no queue ${queue}`);
    return state.messages;
  }

  /** Resolves when the queue exists and holds exactly `messages` ready messages. */
  async waitForDepth(queue: string, messages: number, limitMs = 20_000): Promise<void> {
    const what = `${queue} holds ${messages} messages`;
    await until(async () => (await this.look(queue))?.messages === messages, { what, limitMs });
  }

  /** Resolves when the queue exists and has exactly `consumers` consumers. */
  async waitForConsumers(queue: string, consumers: number, limitMs = 20_000): Promise<void> {
    const what = `${queue} has ${consumers} consumers`;
    await until(async () => (await this.look(queue))?.consumers === consumers, { what, limitMs });
  }

  /** Takes the first message out of the queue, or gives `undefined` when it is empty. */
  async take(queue: string): Promise<GetMessage | undefined> {
    const message = await this.onChannel((channel) => channel.get(queue, { noAck: true }));
    return message === false ? undefined : message;
  }

  /** Takes the first message out of the queue, waiting for it when there is none yet. */
  waitForMessage(queue: string, limitMs = 20_000): Promise<GetMessage> {
    // RabbitMQ closes the whole connection (541, noproc) for a `get` from a quorum queue that is being made.
    const isThere = async (): Promise<boolean> => ((await this.look(queue))?.messages ?? 0) > 0;
    const what = `a message arrives in ${queue}`;
    return until(async () => (await isThere()) && (await this.take(queue)), { what, limitMs });
  }

  /** Publishes these bytes and resolves when the broker has confirmed them, routed or not. */
  async publish(
    exchange: string,
    routingKey: string,
    body: Uint8Array | string,
    options: Options.Publish = {},
  ): Promise<void> {
    await this.onChannel(async (channel) => {
      channel.publish(exchange, routingKey, Buffer.from(body as Uint8Array), options);
      await channel.waitForConfirms();
    });
  }

  /** Closes the connection. Further calls do nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.connection.close();
  }

  /** @see close */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
