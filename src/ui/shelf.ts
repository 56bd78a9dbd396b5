import { type FailedMessage, FailedQueue, failedQueueName, type Link } from '../amqp/index.js';
import { cut, cutLines } from '../common/foreign-text.js';
import { toldNumber } from '../common/told-number.js';
import {
  documentOf,
  EditableBody,
  type FailedTraits,
  groupsOf,
  messageName,
  senderName,
  traitsOf,
} from '../parked/index.js';
import type { QueueDepths } from './queue-depths.js';
import { Refused } from './refused.js';
import type { ParkedDocument, ParkedList, ParkedOverview, ParkedStory, ParkedSummary } from './told.js';

/** More are not shown at once: each is taken from the queue and put back when it is looked at. */
const most = 2_000;
const mostBytes = 64 * 1024 * 1024;
/** Lists that are kept for whoever opens one of their messages. */
const mostLists = 20;

/** The parked messages, as they were looked at last. Looking at them leaves them where they are. */
export class Shelf {
  readonly #link: Link;
  readonly #depths: QueueDepths;
  readonly #lists = new Map<string, readonly FailedMessage[]>();
  /** The looks that have not ended, by queue: two at once would each see what the other does not hold. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(link: Link, depths: QueueDepths) {
    this.#link = link;
    this.#depths = depths;
  }

  /** Where something is parked, the fullest first. */
  async overview(queues: readonly string[]): Promise<ParkedOverview> {
    const depths = await this.#depths.of(queues.map(failedQueueName));
    const counts = depths.map(({ ready = 0 }, at) => ({ queue: queues[at] as string, parked: ready }));
    const some = counts.filter(({ parked }) => parked > 0);
    return { queues: some.sort((one, other) => other.parked - one.parked), looked: queues.length };
  }

  /** What is parked for a queue, in groups. @throws TopologyError where there is no such queue */
  async list(queue: string): Promise<ParkedList> {
    const messages = await this.look(queue);
    const [depth] = await this.#depths.of([failedQueueName(queue)]);
    const groups = groupsOf(messages).map((group) => {
      return { ...group, ids: messages.filter((each) => isOf(group, each)).map(({ id }) => id) };
    });
    const total = Math.max(messages.length, depth?.ready ?? 0);
    return { queue, total, groups, messages: messages.map(summary) };
  }

  /** The messages themselves, anew. */
  async look(queue: string): Promise<readonly FailedMessage[]> {
    const messages = await this.inTurn(queue, (failed) => failed.list({ most, mostBytes }));
    this.#lists.delete(queue);
    this.#lists.set(queue, messages);
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > mostLists && oldest !== undefined) this.#lists.delete(oldest);
    return messages;
  }

  /** One of those that were listed last. @throws Refused where it is not among them */
  message(queue: string, id: string): FailedMessage {
    const found = this.listed(queue).find((each) => each.id === id);
    if (found) return found;
    throw new Refused(404, `No message ${id} was in ${failedQueueName(queue)} when it was looked at last.`);
  }

  /** Those that were listed last. */
  listed(queue: string): readonly FailedMessage[] {
    return this.#lists.get(queue) ?? [];
  }

  /** Does something with parked messages while nobody else of this page does. */
  async inTurn<T>(queue: string, work: (failed: FailedQueue) => Promise<T>): Promise<T> {
    const before = this.#turns.get(queue) ?? Promise.resolve();
    const turn = before.then(() => work(new FailedQueue(this.#link, queue)));
    const settled = turn.catch(() => {});
    this.#turns.set(queue, settled);
    void settled.then(() => this.#turns.get(queue) === settled && this.#turns.delete(queue));
    return await turn;
  }
}

/** All of a message. */
export function documentWithText(message: FailedMessage): ParkedDocument {
  return { document: documentOf(message), text: textOf(message) };
}

/** A message as it stands in a list. */
export function summary(message: FailedMessage): ParkedSummary {
  const { id, dossier, editedAt, content, properties } = message;
  const { correlationId } = properties;
  return {
    id: cut(id, 255),
    message: optional(messageName(message)),
    sender: optional(senderName(message)),
    dossier: dossier && storyOf(dossier),
    editedAt,
    bytes: content.length,
    correlationId: optional(correlationId),
  };
}

const mostCauses = 20;

/** Whatever stands in its places, since whoever may publish may have put it there. */
function storyOf(dossier: object): ParkedStory {
  const { code, error, message, causes, handler, attempts, failedAt } = dossier as Partial<
    Record<keyof ParkedStory, unknown>
  >;
  return {
    code: optional(code),
    error: cut(error),
    message: cutLines(message, 1_000),
    causes: (Array.isArray(causes) ? causes : []).slice(0, mostCauses).map((each) => cut(each, 500)),
    handler: optional(handler),
    // n.b. what is no number is NaN, which JSON does not know.
    attempts: toldNumber(attempts) || 0,
    failedAt: cut(failedAt),
  };
}

function optional(text: unknown): string | undefined {
  return text === undefined || text === null ? undefined : cut(text, 255);
}

/** Whether a message is one of a group. */
function isOf({ code, handler, message: name }: FailedTraits, message: FailedMessage): boolean {
  const traits = traitsOf(message);
  return traits.code === code && traits.handler === handler && traits.message === name;
}

function textOf(message: FailedMessage): string | undefined {
  try {
    return new EditableBody(message).text;
  } catch {
    return undefined;
  }
}
