import type { GetMessage } from 'amqplib';
import { type Dossier, dossierHeader, originHeader } from './dossier.js';
import type { Link } from './link.js';
import type { MessageProperties } from './outgoing.js';

/** A message that was parked, with its story. */
export interface FailedMessage {
  /** The `message_id`, by which it is chosen. */
  readonly id: string;
  /** Undefined for a message that somebody else put into the queue. */
  readonly dossier: Dossier | undefined;
  /** Where it was published first: `exchange`, `routing_key`, `queue`. */
  readonly origin: Readonly<Record<string, unknown>>;
  readonly properties: MessageProperties;
  readonly content: Buffer;
}

/** What becomes of a parked message that was looked at. */
type Verdict = 'keep' | 'done';

/** The parked messages of one queue: to look at, to send back, to drop. */
export class FailedQueue {
  readonly #link: Link;
  readonly #queue: string;

  /** @param queue the queue whose messages were parked, without `.failed`. */
  constructor(link: Link, queue: string) {
    this.#link = link;
    this.#queue = queue;
  }

  /** The parked messages, the oldest first; they stay where they are. @throws TopologyError when nothing was ever parked */
  async list(): Promise<readonly FailedMessage[]> {
    const found: FailedMessage[] = [];
    await this.#visit(async (message) => {
      found.push(message);
      return 'keep';
    });
    return found;
  }

  /**
   * Sends the chosen ones back to their queue, with the same message id and with their failures counted on: one that
   * fails again is parked at once. Gives the number sent. Each is confirmed before it is removed here.
   */
  async replay(isChosen: (message: FailedMessage) => boolean): Promise<number> {
    return await this.#visit(async (message) => {
      if (!isChosen(message)) return 'keep';
      const { [dossierHeader]: _dossier, ...headers } = (message.properties.headers ?? {}) as Record<
        string,
        unknown
      >;
      const { content, properties } = message;
      const back = { exchange: '', routingKey: this.#queue, content, mandatory: true };
      await this.#link.publish({ ...back, properties: { ...properties, headers } });
      return 'done';
    });
  }

  /** Removes the chosen ones for good. Gives their number. */
  async drop(isChosen: (message: FailedMessage) => boolean): Promise<number> {
    return await this.#visit(async (message) => (isChosen(message) ? 'done' : 'keep'));
  }

  /**
   * Takes each message that is there now once; what is kept goes back to its place when the channel closes. On a quorum
   * queue each look counts as a failed delivery, and RabbitMQ 4 drops what has failed 20 times: before that a message is
   * put in anew, at the end.
   */
  async #visit(judge: (message: FailedMessage) => Promise<Verdict>): Promise<number> {
    return await this.#link.onChannel(async (channel) => {
      const parked = `${this.#queue}.failed`;
      const { messageCount } = await channel.checkQueue(parked);
      let done = 0;
      for (let seen = 0; seen < messageCount; seen++) {
        const raw = await channel.get(parked);
        if (!raw) break;
        const message = failedMessage(raw);
        const verdict = await judge(message);
        if (verdict === 'keep' && !isWornOut(raw)) continue;
        if (verdict === 'keep') await this.#putAnew(parked, message);
        else done++;
        channel.ack(raw);
      }
      return done;
    });
  }

  async #putAnew(parked: string, { content, properties }: FailedMessage): Promise<void> {
    await this.#link.publish({ exchange: '', routingKey: parked, content, properties, mandatory: true });
  }
}

/** How often a message may be looked at and put back. */
const looks = 10;

function isWornOut({ properties }: GetMessage): boolean {
  return Number(properties.headers?.['x-delivery-count'] ?? 0) >= looks;
}

function failedMessage({ content, properties }: GetMessage): FailedMessage {
  const { [dossierHeader]: dossier, [originHeader]: origin } = (properties.headers ?? {}) as Record<
    string,
    unknown
  >;
  return {
    id: String(properties.messageId ?? ''),
    dossier: dossier as Dossier | undefined,
    origin: (origin ?? {}) as Readonly<Record<string, unknown>>,
    properties: properties as MessageProperties,
    content,
  };
}
