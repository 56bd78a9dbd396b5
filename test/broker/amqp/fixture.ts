import type { Logger } from 'waybill';
import { Link, type LinkOptions, type Outgoing } from '../../../src/amqp/index.js';
import type { Owner } from '../../support/broker.js';
import type { SideChannel } from '../../support/side-channel.js';

/** Keeps what would have been logged. */
class RecordingLogger implements Logger {
  readonly lines: string[] = [];
  readonly debug = (message: string): void => void this.lines.push(`debug: ${message}`);
  readonly info = (message: string): void => void this.lines.push(`info: ${message}`);
  readonly warn = (message: string): void => void this.lines.push(`warn: ${message}`);
  readonly error = (message: string): void => void this.lines.push(`error: ${message}`);
}

/** A link of its own, shared with nobody: each has another logger. It is closed with `owner`. */
export function ownLink(owner: Owner, url: string, options: LinkOptions = {}): Link {
  const link = Link.acquire({ url, logger: new RecordingLogger(), ...options });
  owner.after(() => link.close({ timeoutMs: 1_000 }));
  return link;
}

/** A mandatory message to a queue, by way of the default exchange. */
export function toQueue(queue: string, text: string, more: Partial<Outgoing> = {}): Outgoing {
  return {
    exchange: '',
    routingKey: queue,
    content: Buffer.from(text),
    mandatory: true,
    ...more,
    properties: { messageId: `id of ${text}`, deliveryMode: 2, ...more.properties },
  };
}

/** What `promise` rejected with; undefined when it did not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

/** Empties the queue and gives the texts that were in it, in order, with their ids. */
export async function takeAll(
  side: SideChannel,
  queue: string,
): Promise<{ readonly text: string; readonly id: unknown; readonly redelivered: boolean }[]> {
  return await side.onChannel(async (channel) => {
    const taken = [];
    for (;;) {
      const message = await channel.get(queue, { noAck: true });
      if (message === false) return taken;
      const { properties, fields, content } = message;
      taken.push({
        text: content.toString(),
        id: properties.messageId as unknown,
        redelivered: fields.redelivered,
      });
    }
  });
}

/** Each text once, where it came first. */
export function firstOf(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** `a 0`, `a 1`, … */
export function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name} ${index}`);
}
