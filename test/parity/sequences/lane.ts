import type { Channel, ChannelModel, ConfirmChannel, ConsumeMessage, Message } from 'amqplib';
import { put, seen } from '../messages.js';
import { methodName } from '../method-names.js';
import { within } from '../wait.js';

/** A consumer of a sequence. */
export interface Consumer {
  readonly label: string;
  readonly tag: string;
}

/** Takes what a lane hears without having asked, and from whom: a consumer's deliveries, returns, cancel notices. */
export type Listener = (from: string, heard: unknown) => void;

interface CloseError extends Error {
  readonly code?: number;
  readonly classId?: number;
  readonly methodId?: number;
}

/** One channel of a sequence with what it holds. Its death is an answer; the next command opens it again. */
export class Lane {
  held: Message[] = [];
  consumers: Consumer[] = [];
  readonly #connection: ChannelModel;
  readonly #listener: Listener;
  #channel: ConfirmChannel | undefined;
  #death: Promise<unknown> = Promise.resolve();

  constructor(connection: ChannelModel, listener: Listener) {
    this.#connection = connection;
    this.#listener = listener;
  }

  async channel(): Promise<ConfirmChannel> {
    this.#channel ??= this.#watch(await this.#connection.createConfirmChannel());
    return this.#channel;
  }

  #watch(channel: ConfirmChannel): ConfirmChannel {
    this.#death = new Promise((resolve) => {
      channel.on('error', ({ code, classId, methodId }: CloseError) => {
        this.#forget();
        resolve({ closed: code, by: methodName(classId ?? 0, methodId ?? 0) });
      });
    });
    channel.on('return', (message) => this.#listener('returned', seen(message)));
    return channel;
  }

  #forget(): void {
    this.#channel = undefined;
    this.held = [];
    this.consumers = [];
  }

  /** The operation's answer, or the code with which the broker closed the channel upon it. */
  async ask(operation: (channel: Channel) => Promise<unknown>): Promise<unknown> {
    const channel = await this.channel();
    try {
      return await operation(channel);
    } catch {
      return within('the channel to be closed', this.#death);
    }
  }

  /** A publish and the broker's word on it. */
  async publish(
    ...message: Parameters<typeof put> extends [unknown, ...infer Rest] ? Rest : never
  ): Promise<unknown> {
    const confirm = await put(await this.channel(), ...message);
    return confirm === 'closed' ? within('the channel to be closed', this.#death) : confirm;
  }

  /** Something that the broker does not answer: waits for the answer to a question behind it. */
  async tell(act: (channel: Channel) => void): Promise<unknown> {
    return this.ask(async (channel) => {
      act(channel);
      await channel.checkExchange('amq.direct');
      return 'told';
    });
  }

  async consume(
    queue: string,
    label: string,
    prefetch: number,
    options: { noAck: boolean; exclusive: boolean; priority: number },
  ): Promise<unknown> {
    return this.ask(async (channel) => {
      await channel.prefetch(prefetch);
      const take = (message: ConsumeMessage | null): void => this.#deliver(label, message, options.noAck);
      const { consumerTag } = await channel.consume(queue, take, { ...options, consumerTag: label });
      this.consumers.push({ label, tag: consumerTag });
      return 'consuming';
    });
  }

  #deliver(label: string, message: ConsumeMessage | null, noAck: boolean): void {
    if (message === null) {
      this.consumers = this.consumers.filter((consumer) => consumer.label !== label);
      this.#listener(label, 'cancelled');
      return;
    }
    if (!noAck) this.held.push(message);
    this.#listener(label, seen(message));
  }

  /** Closes the channel in good order; what it held goes back. */
  async close(): Promise<unknown> {
    const channel = this.#channel;
    this.#forget();
    await channel?.close();
    return 'closed';
  }
}
