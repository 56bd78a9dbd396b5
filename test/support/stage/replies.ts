import assert from 'node:assert/strict';
import type { MessageProperties } from 'amqplib';
import { uniqueName } from '../broker.js';
import type { SideChannel } from '../side-channel.js';

/** A reply, taken apart. */
export interface RawReply {
  readonly content: { readonly type: string; readonly value: unknown; readonly message: string };
  readonly fingerprint: Readonly<Record<string, string>>;
  readonly _reserved: Readonly<Record<string, unknown>>;
  readonly properties: MessageProperties;
}

/** The answers to one call that was sent raw. */
export class Replies {
  readonly queue: string = uniqueName('replies');
  readonly #side: SideChannel;

  private constructor(side: SideChannel) {
    this.#side = side;
  }

  /** Declares the queue for them; it goes away with the connection of `side`. */
  static async declare(side: SideChannel): Promise<Replies> {
    const replies = new Replies(side);
    await side.onChannel((channel) => channel.assertQueue(replies.queue, { exclusive: true }));
    return replies;
  }

  /** The next answer. */
  async next(limitMs?: number): Promise<RawReply> {
    const { content, properties } = await this.#side.waitForMessage(this.queue, limitMs);
    return { ...JSON.parse(content.toString()), properties };
  }

  /** The only answer: call it when whoever answers has gone, so that no other can be under way. */
  async only(): Promise<RawReply> {
    const reply = await this.next();
    assert.equal(await this.#side.depth(this.queue), 0, 'there is a second answer');
    return reply;
  }

  /** How many answers wait. */
  async count(): Promise<number> {
    return await this.#side.depth(this.queue);
  }
}
