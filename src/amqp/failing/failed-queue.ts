import type { Channel, GetMessage } from 'amqplib';
import { cut } from '../../common/foreign-text.js';
import { sleep } from '../../common/timers.js';
import { toldNumber } from '../../common/told-number.js';
import { TopologyError } from '../../errors.js';
import { nextMessageId } from '../common/message-id.js';
import { carriedHeaders } from '../consuming/carried-headers.js';
import { carriedProperties } from '../consuming/carried-properties.js';
import type { MessageProperties } from '../frames/outgoing.js';
import type { Link } from '../link/link.js';
import { type Dossier, dossierHeader, editedHeader, originHeader } from './dossier.js';
import { failedQueueName, homeQueue } from './failure-queue-name.js';
import { passedHeader } from './pass-on.js';

/** A message that was parked, with its story. */
export interface FailedMessage {
  /** The `message_id`, by which it is chosen. */
  readonly id: string;
  /** Undefined for a message that somebody else put into the queue. */
  readonly dossier: Dossier | undefined;
  /** Where it was published first: `exchange`, `routing_key`, `queue`. */
  readonly origin: Readonly<Record<string, unknown>>;
  /** When a person has changed its body last, in ISO 8601; undefined where nobody has. */
  readonly editedAt: string | undefined;
  readonly properties: MessageProperties;
  readonly content: Buffer;
}

/** How much is looked at. */
export interface ListOptions {
  /** No more messages than these. @default all of them */
  readonly most?: number | undefined;
  /** No more bytes of bodies. @default as many as there are */
  readonly mostBytes?: number | undefined;
}

/** How messages are sent back. */
export interface ReplayOptions {
  /** At least so long after one the next is sent, in milliseconds. @default 0: as fast as the broker confirms them */
  readonly everyMs?: number | undefined;
  /** Called after each that was sent back, with the number of those. */
  readonly onReplayed?: ((message: FailedMessage, count: number) => void) | undefined;
  /** Ends it before the next one; what was sent back until then is counted. */
  readonly signal?: AbortSignal | undefined;
}

/** What becomes of a message whose body was changed. */
export type EditFate = 'keep' | 'replay';

/** What becomes of a parked message that was looked at; `stop` keeps it, and all after it. */
type Verdict = 'keep' | 'done' | 'stop';
type Judge = (message: FailedMessage) => Promise<Verdict>;

/**
 * So long messages are held while others are sent back slowly. Before RabbitMQ 4.3 a channel is closed on which one is held
 * for longer than its `consumer_timeout`, half an hour unless configured.
 */
const usualRoundMs = 300_000;

/** The parked messages of one queue: to look at, to mend, to send back, to drop. */
export class FailedQueue {
  readonly #link: Link;
  readonly #queue: string;
  readonly #roundMs: number;

  /**
   * @param queue the queue whose messages were parked, without `.failed`.
   * @param limits `roundMs`: for how long messages are held that are passed over while others are sent back. @default five minutes
   */
  constructor(link: Link, queue: string, { roundMs = usualRoundMs }: { readonly roundMs?: number } = {}) {
    this.#link = link;
    this.#queue = queue;
    this.#roundMs = roundMs;
  }

  /** The parked messages, the oldest first; they stay where they are. @throws TopologyError where the queue is not there */
  async list({ most = Infinity, mostBytes = Infinity }: ListOptions = {}): Promise<readonly FailedMessage[]> {
    const found: FailedMessage[] = [];
    let bytes = 0;
    await this.#visit(async (message) => {
      bytes += message.content.length;
      if (found.length >= most || bytes > mostBytes) return 'stop';
      found.push(message);
      return 'keep';
    });
    return found;
  }

  /**
   * Sends the chosen ones back to their queue, with the same message id and with their failures counted on: one that
   * fails again is parked at once. Gives the number sent. Each is confirmed before it is removed here.
   */
  async replay(
    isChosen: (message: FailedMessage) => boolean,
    { everyMs = 0, onReplayed, signal }: ReplayOptions = {},
  ): Promise<number> {
    let count = 0;
    let next = 0;
    return await this.#visit(async (message) => {
      if (!isChosen(message)) return 'keep';
      await sleep(Math.max(0, next - performance.now()), { signal });
      if (signal?.aborted) return 'stop';
      next = performance.now() + everyMs;
      await this.#put(homeQueue(this.#queue), message, withoutDossier(message.properties.headers));
      onReplayed?.(message, ++count);
      return 'done';
    });
  }

  /** Removes the chosen ones for good. Gives their number. */
  async drop(isChosen: (message: FailedMessage) => boolean): Promise<number> {
    return await this.#visit(async (message) => (isChosen(message) ? 'done' : 'keep'));
  }

  /**
   * Gives one message another body, which must be encoded as the old one is. It keeps its id, its origin and its other properties, and a
   * header says when it was edited; it goes to the end of the parked ones, with its dossier, or is sent back as by {@link replay}. Confirmed before
   * the original is removed.
   * @param original as {@link list} has given it. @returns false where it is not there any more as it was.
   */
  async edit(original: FailedMessage, content: Buffer, fate: EditFate = 'keep'): Promise<boolean> {
    let isEdited = false;
    await this.#visit(async (message) => {
      if (isEdited) return 'stop';
      if (message.id !== original.id || !message.content.equals(original.content)) return 'keep';
      const headers = { ...message.properties.headers, [editedHeader]: new Date().toISOString() };
      const [queue, carried] =
        fate === 'keep'
          ? [failedQueueName(this.#queue), headers]
          : [homeQueue(this.#queue), withoutDossier(headers)];
      await this.#put(queue, { ...message, content }, carried);
      isEdited = true;
      return 'done';
    });
    return isEdited;
  }

  /**
   * Takes each message that is there now once; what is kept goes back to its place at the end, all of it in one nack, which
   * RabbitMQ 4.3 does not count. Before, each look at a quorum queue counts as a failed delivery, and what has failed 20
   * times is dropped by RabbitMQ 4: so from the first one on that is nearly there, all are put in anew, in their order.
   */
  async #visit(judge: Judge): Promise<number> {
    if (!(await this.#isThere())) return 0;
    return await this.#link.onChannel(async (channel) => {
      const { messageCount } = await channel.checkQueue(failedQueueName(this.#queue));
      let done = 0;
      for (let left = messageCount; left > 0; ) {
        const round = await this.#round(channel, left, judge);
        done += round.done;
        left = round.isLast ? 0 : left - round.done;
      }
      return done;
    });
  }

  /** Whether anything was ever parked. @throws TopologyError where the queue itself is not there either: it may have another name */
  async #isThere(): Promise<boolean> {
    const missing = await this.#missing(failedQueueName(this.#queue));
    if (missing && (await this.#missing(homeQueue(this.#queue)))) throw missing;
    return missing === undefined;
  }

  async #missing(queue: string): Promise<TopologyError | undefined> {
    try {
      await this.#link.onChannel((channel) => channel.checkQueue(queue));
      return undefined;
    } catch (thrown) {
      if (thrown instanceof TopologyError && thrown.replyCode === 404) return thrown;
      throw thrown;
    }
  }

  /** Looks at so many from the oldest on. It is not the last where time was over: those that are kept are looked at once more then. */
  async #round(channel: Channel, most: number, judge: Judge): Promise<{ done: number; isLast: boolean }> {
    const parked = failedQueueName(this.#queue);
    const end = performance.now() + this.#roundMs;
    let done = 0;
    let renews = false;
    let isOver = false;
    for (let seen = 0; seen < most && !isOver; seen++) {
      const raw = await channel.get(parked);
      if (!raw) break;
      const message = failedMessage(raw);
      const verdict = await judge(message);
      if (verdict === 'stop') break;
      renews ||= isWornOut(raw);
      if (verdict === 'keep' && !renews) continue;
      if (verdict === 'keep') await this.#put(parked, message, message.properties.headers);
      else done++;
      channel.ack(raw);
      isOver = verdict === 'done' && seen + 1 < most && performance.now() >= end;
    }
    channel.nackAll(true);
    return { done, isLast: !isOver };
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

/** A dossier is of the run that has failed last: the next one that fails gets its own. And whoever sends it back has mended its way. */
function withoutDossier(headers: MessageProperties['headers']): MessageProperties['headers'] {
  const { [dossierHeader]: _dossier, [passedHeader]: _passed, ...others } = headers ?? {};
  return others;
}

/** How often a message may be looked at and put back. */
const looks = 10;

function isWornOut({ properties }: GetMessage): boolean {
  return toldNumber(properties.headers?.['x-delivery-count']) >= looks;
}

function failedMessage({ content, properties }: GetMessage): FailedMessage {
  const headers = (properties.headers ?? {}) as Record<string, unknown>;
  const { [dossierHeader]: dossier, [originHeader]: origin, [editedHeader]: editedAt } = headers;
  return {
    id: String(properties.messageId ?? ''),
    dossier: dossier as Dossier | undefined,
    origin: (origin ?? {}) as Readonly<Record<string, unknown>>,
    editedAt: typeof editedAt === 'string' ? cut(editedAt) : undefined,
    properties: properties as MessageProperties,
    content,
  };
}
