import type { GetMessage } from 'amqplib';
import { toldNumber } from '../../common/told-number.js';
import { nextMessageId } from '../common/message-id.js';
import { carriedHeaders } from '../consuming/carried-headers.js';
import { carriedProperties } from '../consuming/carried-properties.js';
import type { MessageProperties } from '../frames/outgoing.js';
import type { Link } from '../link/link.js';
import { type Dossier, dossierHeader, originHeader } from './dossier.js';
import { failedQueueName } from './failure-queue-name.js';

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
      const { [dossierHeader]: _dossier, ...headers } = message.properties.headers ?? {};
      await this.#put(this.#queue, message, headers);
      return 'done';
    });
  }

  /** Removes the chosen ones for good. Gives their number. */
  async drop(isChosen: (message: FailedMessage) => boolean): Promise<number> {
    return await this.#visit(async (message) => (isChosen(message) ? 'done' : 'keep'));
  }

  /**
   * Takes each message that is there now once; what is kept goes back to its place at the end, all of it in one nack, which
   * RabbitMQ 4.3 does not count. Before, each look at a quorum queue counts as a failed delivery, and what has failed 20
   * times is dropped by RabbitMQ 4: so from the first one on that is nearly there, all are put in anew, in their order.
   */
  async #visit(judge: (message: FailedMessage) => Promise<Verdict>): Promise<number> {
    return await this.#link.onChannel(async (channel) => {
      const parked = failedQueueName(this.#queue);
      const { messageCount } = await channel.checkQueue(parked);
      let done = 0;
      let renews = false;
      for (let seen = 0; seen < messageCount; seen++) {
        const raw = await channel.get(parked);
        if (!raw) break;
        const message = failedMessage(raw);
        const verdict = await judge(message);
        renews ||= isWornOut(raw);
        if (verdict === 'keep' && !renews) continue;
        if (verdict === 'keep') await this.#put(parked, message, message.properties.headers);
        else done++;
        channel.ack(raw);
      }
      channel.nackAll(true);
      return done;
    });
  }

  async #put(
    queue: string,
    { content, properties }: FailedMessage,
    headers: MessageProperties['headers'],
  ): Promise<void> {
    // By its id we hear of a message that was returned, so one that somebody else put here gets one.
    const messageId = properties.messageId ?? nextMessageId();
    const carried = { ...carriedProperties(properties), messageId, headers: carriedHeaders(headers) };
    await this.#link.publish({
      exchange: '',
      routingKey: queue,
      content,
      properties: carried,
      mandatory: true,
    });
  }
}

/** How often a message may be looked at and put back. */
const looks = 10;

function isWornOut({ properties }: GetMessage): boolean {
  return toldNumber(properties.headers?.['x-delivery-count']) >= looks;
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
