import type { Link, MessageProperties } from '../../amqp/index.js';

/** A message that was heard: a copy, or one that stays where it is. */
export interface Heard {
  readonly exchange: string;
  readonly key: string;
  readonly content: Buffer;
  readonly properties: MessageProperties;
  /** The queue that it was delivered from, where that is known. */
  readonly queue?: string;
}

/** What arrives at the listener's own queue, or from a stream. */
export interface Arrived {
  readonly content: Buffer;
  readonly properties: MessageProperties;
  readonly exchange: string;
  readonly routingKey: string;
}

/** Where messages are heard without being taken. */
export interface Source {
  /** What is listened to, for people. */
  readonly title: string;
  /** What one should know of it, where there is something. */
  readonly note?: string;
  /** Makes what is needed, anew after each loss, and says what to take from. @throws TopologyError where the broker refuses */
  open(link: Link): Promise<Tap>;
  /** What was heard; undefined for what was not asked for. */
  heard(arrived: Arrived): Heard | undefined;
}

/** A queue to take from, by nobody else's leave. */
export interface Tap {
  readonly queue: string;
  /** Of the consumer. */
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** How much of what it cannot print in time a listener leaves at the broker: the oldest goes first. */
const mostWaiting = 10_000;

/** A binding that is to be copied. */
export interface Binding {
  readonly exchange: string;
  readonly key: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
}

/** Makes a queue of the listener's own, bound so: it goes away with the connection, and never holds more than the last ten thousand. */
export async function ownQueue(link: Link, bindings: readonly Binding[]): Promise<Tap> {
  const queue = await link.onChannel(async (channel) => {
    const made = await channel.assertQueue('', {
      exclusive: true,
      durable: false,
      autoDelete: true,
      arguments: { 'x-max-length': mostWaiting },
    });
    for (const each of bindings) await channel.bindQueue(made.queue, each.exchange, each.key, each.arguments);
    return made.queue;
  });
  return { queue };
}

/** What has arrived is what was sent. */
export function asItIs({ exchange, routingKey, content, properties }: Arrived): Heard {
  return { exchange, key: routingKey, content, properties };
}
