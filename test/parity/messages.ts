import type { Channel, ConfirmChannel, ConsumeMessage, GetMessage, Message, Options } from 'amqplib';
import { waitFor } from './wait.js';

/** Publishes and waits for the broker's word: `ack`, `nack`, or `closed` when the channel died first. */
export function put(
  channel: ConfirmChannel,
  exchange: string,
  key: string,
  body: string,
  options?: Options.Publish,
): Promise<'ack' | 'nack' | 'closed'> {
  return new Promise((resolve) => {
    channel.publish(exchange, key, Buffer.from(body), options, (error: Error | null) => {
      if (!error) resolve('ack');
      else resolve(error.message === 'message nacked' ? 'nack' : 'closed');
    });
  });
}

/** Publishes several bodies to one place, in order, and waits for all. */
export async function putAll(
  channel: ConfirmChannel,
  exchange: string,
  key: string,
  bodies: readonly string[],
  options?: Options.Publish,
): Promise<void> {
  await Promise.all(bodies.map((body) => put(channel, exchange, key, body, options)));
}

/** Takes everything that is ready in a queue, without acknowledgement. */
export async function drain(channel: Channel, queue: string): Promise<GetMessage[]> {
  const taken: GetMessage[] = [];
  for (
    let message = await channel.get(queue, { noAck: true });
    message;
    message = await channel.get(queue, { noAck: true })
  ) {
    taken.push(message);
  }
  return taken;
}

/** The bodies of what is ready in a queue, taken out of it. */
export async function drainBodies(channel: Channel, queue: string): Promise<string[]> {
  return bodies(await drain(channel, queue));
}

/** How many messages are ready. */
export async function depth(channel: Channel, queue: string): Promise<number> {
  return (await channel.checkQueue(queue)).messageCount;
}

/** Resolves once exactly `count` messages are ready. */
export async function untilDepth(channel: Channel, queue: string, count: number): Promise<void> {
  await waitFor(`${count} messages in ${queue}`, async () => (await depth(channel, queue)) === count);
}

export function bodies(messages: readonly Message[]): string[] {
  return messages.map(({ content }) => content.toString());
}

/** All of a message that a client can see, but the numbers that a channel gives to deliveries. */
export function seen(message: Message | false | undefined): unknown {
  if (!message) return 'none';
  const { exchange, routingKey, redelivered, messageCount } = message.fields;
  return {
    body: message.content.toString(),
    exchange,
    routingKey,
    redelivered,
    messageCount,
    properties: message.properties,
  };
}

/** What arrived at a consumer, in order. `null` marks the broker's cancel notice. */
export class Inbox {
  readonly channel: Channel;
  readonly queue: string;
  readonly messages: ConsumeMessage[] = [];
  cancelled = false;
  tag = '';

  private constructor(channel: Channel, queue: string) {
    this.channel = channel;
    this.queue = queue;
  }

  static async open(channel: Channel, queue: string, options?: Options.Consume): Promise<Inbox> {
    const inbox = new Inbox(channel, queue);
    const { consumerTag } = await channel.consume(queue, (message) => inbox.#accept(message), options);
    inbox.tag = consumerTag;
    return inbox;
  }

  #accept(message: ConsumeMessage | null): void {
    if (message) this.messages.push(message);
    else this.cancelled = true;
  }

  get bodies(): string[] {
    return bodies(this.messages);
  }

  /** Resolves with all messages so far once there are at least `count`. */
  async have(count: number): Promise<ConsumeMessage[]> {
    await waitFor(
      `${count} deliveries of ${this.queue}, have ${this.messages.length}`,
      () => this.messages.length >= count,
    );
    return this.messages;
  }

  /** The delivery number `index` (0 is the first), awaited. */
  async at(index: number): Promise<ConsumeMessage> {
    const message = (await this.have(index + 1))[index];
    if (!message) throw new Error(`No delivery ${index}`);
    return message;
  }

  /**
   * Resolves when whatever the queue had for this channel has arrived: a queue answers a question only after the
   * deliveries it made before, and a channel passes on its second answer only after those.
   */
  async settle(): Promise<this> {
    for (let round = 0; round < 3; round += 1) await this.channel.checkQueue(this.queue);
    return this;
  }

  /** Acknowledges each message as soon as it comes. */
  static async acking(channel: Channel, queue: string, options?: Options.Consume): Promise<Inbox> {
    const inbox = new Inbox(channel, queue);
    const take = (message: ConsumeMessage | null): void => {
      inbox.#accept(message);
      if (message) channel.ack(message);
    };
    inbox.tag = (await channel.consume(queue, take, options)).consumerTag;
    return inbox;
  }
}

/** The body of what `get` answered, or `none`. */
export function text(message: Message | false): string {
  return message ? message.content.toString() : 'none';
}

/** One message of the queue, to be settled later; throws when there is none. */
export async function take(channel: Channel, queue: string): Promise<GetMessage> {
  const message = await channel.get(queue);
  if (!message) throw new Error(`Nothing ready in ${queue}`);
  return message;
}
