import type { Channel, Options } from 'amqplib';
import type { SideChannel } from '../side-channel.js';
import { until } from '../until.js';
import type { RawBody } from './envelopes.js';
import type { Place } from './place.js';
import { asRecorded, type Recorded } from './recorder.js';

/** Told of each request, with its number from 1. */
export type OnRequest = (request: Recorded, number: number) => void;

/**
 * A server written with amqplib alone: it answers what and when it is told, as no server of ours would. It consumes
 * until the connection of its side channel is closed.
 */
export class RawServer {
  /** What it was asked, in order. */
  readonly requests: Recorded[] = [];
  readonly #channel: Channel;

  private constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Takes requests from the queue of a place. */
  static async start(
    side: SideChannel,
    place: Pick<Place, 'queue'>,
    onRequest: OnRequest = () => {},
  ): Promise<RawServer> {
    const server = new RawServer(await side.connection.createChannel());
    await server.#channel.consume(
      place.queue,
      (message) => {
        if (!message) return;
        const request = asRecorded(message);
        onRequest(request, server.requests.push(request));
      },
      { noAck: true },
    );
    return server;
  }

  /** Answers with the correlation id of the request, if it has one: bytes and text as they are, else as JSON. */
  reply(request: Recorded, body: unknown): void {
    const { correlationId } = request.properties;
    this.replyWith(request, body, correlationId === undefined ? {} : { correlationId });
  }

  /** Answers with exactly these properties. */
  replyWith(request: Recorded, body: unknown, properties: Options.Publish): void {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const bytes = Buffer.from(isRaw ? (body as string) : JSON.stringify(body));
    this.#channel.publish('', String(request.properties.replyTo), bytes, properties);
  }

  /** Resolves with the request of this number, from 1. */
  async request(number: number, limitMs = 30_000): Promise<Recorded> {
    const what = `request ${number} has come`;
    return await until(() => this.requests[number - 1], { what, limitMs });
  }
}

/** An answer with this content, as Python's Postage writes it (seeds 1.2). */
export function answer(content: unknown): RawBody {
  const head = { type: 'result', name: 'none', category: 'message', version: '2', fingerprint: {} };
  return { ...head, content, _reserved: {} };
}

/** The answer of a handler that did its work. */
export function success(value: unknown): RawBody {
  return answer({ type: 'success', value, message: '' });
}
