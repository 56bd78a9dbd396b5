import amqp, { type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { within } from '../wait.js';

/** How a consumer settles what it gets. */
export type Acking = 'none' | 'single' | { readonly batchesOf: number };

/** Messages in one queue, and the consumers that take them. */
export interface Load {
  /** The size of each body in bytes, in the order in which they are published. */
  readonly sizes: readonly number[];
  readonly consumers: readonly LoadedConsumer[];
  /** Where the consumers are: on one channel, on a channel each, or on a connection each. */
  readonly apart: 'channel' | 'connection' | 'not';
  /** Whether the messages are there before the consumers. */
  readonly publishFirst: boolean;
}

/** One consumer of a {@link Load}. */
export interface LoadedConsumer {
  /** 0 means any number. */
  readonly prefetch: number;
  readonly acking: Acking;
}

/** What became of a load. */
export interface Arrival {
  /** How many different messages came. */
  readonly arrived: number;
  /** Whether each consumer got its messages in the order in which they were published. */
  readonly inOrder: boolean;
  /** Whether each body came with the length it was sent with. */
  readonly whole: boolean;
}

const LIMIT_MS = 60_000;
const INDEX_BYTES = 4;

/** Publishes the load, consumes until all has come or a minute is over, and tells how it came. */
export async function carry(url: string, queue: string, load: Load): Promise<Arrival> {
  const publisher = await connect(url);
  const channel = await publisher.createConfirmChannel();
  await channel.assertQueue(queue, { durable: false });
  const publish = () => {
    for (const [index, size] of load.sizes.entries()) channel.sendToQueue(queue, bodyOf(index, size));
    return channel.waitForConfirms();
  };
  if (load.publishFirst) await publish();
  const receiver = new Receiver(load);
  const connections = await receiver.consume(url, queue);
  try {
    if (!load.publishFirst) await publish();
    // What is missing shows in the count.
    await within('all messages', receiver.done, LIMIT_MS).catch(() => undefined);
    return { arrived: receiver.arrived, inOrder: receiver.inOrder, whole: receiver.whole };
  } finally {
    await Promise.all(connections.map((each) => each.close()));
    await channel.deleteQueue(queue);
    await publisher.close();
  }
}

/** A connection that does not end the process when it is lost: what it waits for fails then. */
async function connect(url: string): Promise<ChannelModel> {
  const connection = await amqp.connect(url, { noDelay: true });
  connection.on('error', () => undefined);
  return connection;
}

/** The index of the message, then as many bytes as are wanted. An empty body stands for none of them in particular. */
function bodyOf(index: number, size: number): Buffer {
  const body = Buffer.alloc(size);
  if (size >= INDEX_BYTES) body.writeUInt32BE(index);
  return body;
}

/** Takes the messages of a load and writes down how they come. */
class Receiver {
  inOrder = true;
  whole = true;
  arrived = 0;
  readonly done: Promise<void>;
  readonly #load: Load;
  #finish: () => void = () => {};

  constructor(load: Load) {
    this.#load = load;
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  async consume(url: string, queue: string): Promise<ChannelModel[]> {
    const { apart, consumers } = this.#load;
    const connections = [await connect(url)];
    let channel = await (connections[0] as ChannelModel).createChannel();
    for (const [index, consumer] of consumers.entries()) {
      if (index > 0 && apart === 'connection') connections.push(await connect(url));
      if (index > 0 && apart !== 'not') channel = await (connections.at(-1) as ChannelModel).createChannel();
      await this.#start(channel, queue, consumer);
    }
    return connections;
  }

  async #start(channel: Channel, queue: string, { prefetch, acking }: LoadedConsumer): Promise<void> {
    let last = -1;
    let sinceAck = 0;
    await channel.prefetch(prefetch);
    await channel.consume(queue, (message) => {
      if (!message) return;
      last = this.#look(message, last);
      sinceAck += 1;
      if (acking === 'single') channel.ack(message);
      else if (acking !== 'none' && sinceAck === acking.batchesOf) {
        channel.ack(message, true);
        sinceAck = 0;
      }
    });
  }

  #look({ content }: ConsumeMessage, last: number): number {
    this.arrived += 1;
    if (this.arrived === this.#load.sizes.length) this.#finish();
    if (content.length < INDEX_BYTES) return last;
    const index = content.readUInt32BE();
    if (index <= last) this.inOrder = false;
    if (content.length !== this.#load.sizes[index]) this.whole = false;
    return index;
  }
}
