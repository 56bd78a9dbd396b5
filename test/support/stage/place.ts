import { type Eks, type Eqks, Exchange, type ExchangeClass } from 'waybill';
import { uniqueName } from '../broker.js';
import type { SideChannel } from '../side-channel.js';
import { command, rpc } from './envelopes.js';
import { Replies } from './replies.js';

/** Properties of a message that is sent raw. */
export type RawProperties = Parameters<SideChannel['publish']>[3];

/** What became of the messages of a place. */
export interface Fates {
  /** Ready in the queue: never taken, or given back. */
  readonly kept: number;
  /** Rejected without requeue: the dead-letter exchange has them. */
  readonly rejected: number;
}

/** Settled well: nothing is left, nothing was rejected. */
export const allAcked: Fates = { kept: 0, rejected: 0 };

/**
 * An exchange, a queue and a key that nobody else uses. The queue dead-letters, so that a test can tell what was acked
 * from what was rejected. Messages are sent to it raw, without any of the code under test.
 */
export class Place {
  readonly exchange: ExchangeClass;
  readonly queue: string = uniqueName('queue');
  readonly key: string = uniqueName('key');
  readonly #side: SideChannel;

  private constructor(side: SideChannel) {
    this.#side = side;
    const exchangeName = uniqueName('exchange');
    this.exchange = class extends Exchange {
      static override readonly exchangeName = exchangeName;
    };
  }

  /** Declares all of it, so that messages can wait for a processor that starts later. */
  static async declare(side: SideChannel): Promise<Place> {
    const place = new Place(side);
    const { exchangeName } = place.exchange;
    await side.onChannel(async (channel) => {
      await channel.assertQueue(place.#dead);
      await channel.assertQueue(place.queue, { arguments: place.#arguments });
      await channel.assertExchange(exchangeName, 'direct');
      await channel.bindQueue(place.queue, exchangeName, place.key);
    });
    return place;
  }

  /** For processors and consumers. */
  get eqks(): Eqks {
    return [[this.exchange, [[{ name: this.queue, flags: { arguments: this.#arguments } }, this.key]]]];
  }

  /** For producers. */
  get eks(): Eks {
    return [[this.exchange, this.key]];
  }

  /** Sends a body: bytes and text as they are, everything else as JSON. */
  async send(body: unknown, properties: RawProperties = {}): Promise<void> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const bytes = isRaw ? body : JSON.stringify(body);
    await this.#side.publish(this.exchange.exchangeName, this.key, bytes, properties);
  }

  /** Sends a command. */
  async command(name: string | null, parameters: unknown = {}, properties?: RawProperties): Promise<void> {
    await this.send(command(name, parameters), properties);
  }

  /** Sends a call with a reply queue of its own. */
  async call(name: string, parameters: unknown = {}, properties: RawProperties = {}): Promise<Replies> {
    return await this.callWith(rpc(name, parameters), properties);
  }

  /** The same with any body. */
  async callWith(body: unknown, properties: RawProperties = {}): Promise<Replies> {
    const replies = await Replies.declare(this.#side);
    await this.send(body, { replyTo: replies.queue, correlationId: 'the call', ...properties });
    return replies;
  }

  /** What became of the messages, once whoever consumed them has gone. */
  async fates(): Promise<Fates> {
    return { kept: await this.#side.depth(this.queue), rejected: await this.#side.depth(this.#dead) };
  }

  /** Resolves when this many messages have been rejected. */
  async waitForRejected(count: number): Promise<void> {
    await this.#side.waitForDepth(this.#dead, count);
  }

  /** Takes the next rejected message and says what it was: the bytes, and why the broker dead-lettered it. */
  async takeRejected(): Promise<{ readonly content: Buffer; readonly reason: unknown }> {
    const { content, properties } = await this.#side.waitForMessage(this.#dead);
    return { content, reason: properties.headers?.['x-death']?.[0]?.reason };
  }

  get #dead(): string {
    return `${this.queue}.dead`;
  }

  get #arguments(): Readonly<Record<string, string>> {
    return { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': this.#dead };
  }
}
