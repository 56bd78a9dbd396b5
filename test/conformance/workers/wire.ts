import assert from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { MessageProperties } from 'amqplib';
import { uniqueName } from '../../support/broker.js';
import type { SideChannel } from '../../support/side-channel.js';

/** Properties of a message that is sent raw. */
type RawProperties = Parameters<SideChannel['publish']>[3];

/** The recorded bytes of the original (seeds 3.2). */
export const recorded = {
  /** `{"data": "a message"}` */
  request: Buffer.from('H4sIAAAAAAACA6tWSkksSVSyUlBKVMhNLS5OTE9VqgUA2/WGjRUAAAA=', 'base64'),
  /** `{"success": true, "data": "data received a message"}` */
  reply: Buffer.from(
    'H4sIAAAAAAACA6tWKi5NTk4tLlayUigpKk3VUVBKSSxJBPLAtEJRanJqZllqikKiQi5QVWJ6qlItAK7LpVY0AAAA',
    'base64',
  ),
};

/** gzip JSON, as a Python client sends it. */
export function packed(value: unknown): Buffer {
  return gzipSync(JSON.stringify(value));
}

/** What is in gzip JSON. */
export function unpacked(bytes: Buffer): unknown {
  return JSON.parse(gunzipSync(bytes).toString());
}

/** An answer, taken apart. */
export interface RawAnswer {
  readonly body: unknown;
  readonly properties: MessageProperties;
}

/** A caller written with amqplib alone. */
export class RawCaller {
  readonly queue: string = uniqueName('answers');
  readonly #side: SideChannel;

  private constructor(side: SideChannel) {
    this.#side = side;
  }

  /** Declares the queue for its answers; it goes away with the connection of `side`. */
  static async declare(side: SideChannel): Promise<RawCaller> {
    const caller = new RawCaller(side);
    await side.onChannel((channel) => channel.assertQueue(caller.queue, { exclusive: true }));
    return caller;
  }

  /** Sends bytes as a call, in the way of the original's client. */
  async send(queue: string, bytes: Buffer, properties: RawProperties = {}): Promise<void> {
    const usual = { replyTo: this.queue, correlationId: '1', type: 'call', priority: 5, deliveryMode: 1 };
    await this.#side.publish('', queue, bytes, { ...usual, ...properties });
  }

  /** The next answer. */
  async next(): Promise<RawAnswer> {
    const { content, properties } = await this.#side.waitForMessage(this.queue);
    return { body: unpacked(content), properties };
  }

  /** Calls and waits for the answer. */
  async call(queue: string, bytes: Buffer, properties: RawProperties = {}): Promise<RawAnswer> {
    await this.send(queue, bytes, properties);
    return await this.next();
  }

  /** Nothing waits here: call it when whoever answers has gone. */
  async assertNoMore(): Promise<void> {
    assert.equal(await this.#side.depth(this.queue), 0, 'there is another answer');
  }
}
