import type { Channel, ConsumeMessage, MessageProperties } from 'amqplib';
import type { ExchangeClass } from 'waybill';
import { uniqueName } from '../broker.js';
import type { SideChannel } from '../side-channel.js';
import { until } from '../until.js';
import type { RawBody } from './envelopes.js';

/** A message as it arrived, and its body as plain JSON. */
export interface Recorded {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: MessageProperties;
  readonly bytes: Buffer;
  readonly body: RawBody;
}

/** Where a {@link Recorder} listens. */
export type Tap = readonly [exchange: ExchangeClass, routingKey: string];

const marker = 'the end';

/** A raw queue, bound to one or more exchanges, that remembers what comes to it and answers nothing. */
export class Recorder {
  /** Its queue. */
  readonly queue: string = uniqueName('recorder');
  readonly #side: SideChannel;
  readonly #messages: Recorded[] = [];
  #markers = 0;

  private constructor(side: SideChannel) {
    this.#side = side;
  }

  /** Declares the exchanges (direct, durable), binds and consumes; it all goes away with the connection of `side`. */
  static async start(side: SideChannel, ...taps: readonly Tap[]): Promise<Recorder> {
    const recorder = new Recorder(side);
    const channel = await side.connection.createChannel();
    await channel.assertQueue(recorder.queue, { exclusive: true, autoDelete: true });
    for (const [{ exchangeName }, routingKey] of taps) await recorder.#tap(channel, exchangeName, routingKey);
    await channel.consume(recorder.queue, (message) => message && recorder.#take(message), { noAck: true });
    return recorder;
  }

  /** What has come so far, in order. */
  get messages(): readonly Recorded[] {
    return this.#messages;
  }

  /** Resolves when at least this many have come. */
  async waitFor(count: number, limitMs = 30_000): Promise<readonly Recorded[]> {
    const what = `${count} messages have come to ${this.queue}, of which there are ${this.#messages.length}`;
    await until(() => this.#messages.length >= count, { what, limitMs });
    return this.#messages;
  }

  /** All that the broker had routed here before this call: a marker sent now comes after it. */
  async all(): Promise<readonly Recorded[]> {
    const awaited = this.#markers + 1;
    await this.#side.publish('', this.queue, marker);
    await until(() => this.#markers >= awaited, { what: `the marker has come to ${this.queue}` });
    return this.#messages;
  }

  /** The only message, once nothing else can be under way. */
  async only(): Promise<Recorded> {
    await this.waitFor(1);
    const [first, ...others] = await this.all();
    if (!first || others.length > 0) throw new Error(`There are ${others.length + 1} messages, not one`);
    return first;
  }

  async #tap(channel: Channel, exchangeName: string, routingKey: string): Promise<void> {
    await channel.assertExchange(exchangeName, 'direct');
    await channel.bindQueue(this.queue, exchangeName, routingKey);
  }

  #take(message: ConsumeMessage): void {
    if (message.content.toString() === marker) this.#markers++;
    else this.#messages.push(asRecorded(message));
  }
}

/** A message of amqplib, as it is remembered. */
export function asRecorded({ fields, properties, content }: ConsumeMessage): Recorded {
  const { exchange, routingKey } = fields;
  return { exchange, routingKey, properties, bytes: content, body: JSON.parse(content.toString()) };
}
