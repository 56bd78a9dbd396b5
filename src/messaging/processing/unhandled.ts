import { type Delivery, senderOf } from '../../amqp/index.js';
import { cut } from '../../common/foreign-text.js';
import type { Logger } from '../../logger.js';
import type { ReceivedBody } from '../../wire/index.js';

/**
 * What becomes of a message that no handler is for: `park` keeps it, in the dead-letter exchange of its queue where it has
 * one, else in `<queue>.failed`; `reject` always rejects it; `ack` lets it go; `{ passTo }` sends it to that queue as it came, a call too,
 * which is answered by whoever takes it there.
 */
export type Unhandled = Fate | PassTo;

type Fate = 'park' | 'reject' | 'ack';
type Outcome = Fate | 'pass' | 'answer';

/** To another queue, where somebody else may have the handler. */
export interface PassTo {
  /** The queue's name. One that is not there is a failure of the message: it is tried again as `retry` says, and parked. */
  readonly passTo: string;
}

/** A message that no handler was for. Texts are the sender's, cut to 100 characters. */
export interface UnhandledMessage {
  /** `message`, `rpc` or `stream`, or what else stands in its envelope. */
  readonly category: string;
  /** The type in its envelope, such as `command`. */
  readonly type: string;
  /** Its name; null where it has none. */
  readonly name: string | null;
  /** The queue that it came from. */
  readonly queue: string;
  /** Its `message_id`, where it has one. */
  readonly id: string | undefined;
  /** Who sent it, as its fingerprint says: `name@host pid`. */
  readonly from: string;
  /** What became of it; a call, and a request for a stream, is answered with an error. */
  readonly fate: Outcome;
  /** How many of this name have come since the start, itself included. */
  readonly count: number;
}

/** The messages that no handler was for since the start, in health. */
export interface UnhandledHealth {
  /** All of them. */
  readonly count: number;
  /** The last one of each name, the first 100 names only; each tells how many of them there were. */
  readonly last: readonly UnhandledMessage[];
}

/** Names come from the wire: only so many are remembered. */
const maxNames = 100;

const outcome: Readonly<Record<Outcome, string>> = {
  park: 'kept',
  reject: 'rejected',
  ack: 'acked',
  pass: 'passed on',
  answer: 'answered with an error',
};

/** Counts messages that no handler was for, by name, and tells the log: of the 1st of a name, the 10th, the 100th, … */
export class UnhandledCount {
  readonly #owner: string;
  readonly #logger: Logger;
  readonly #last = new Map<string, UnhandledMessage>();
  #count = 0;
  #nameless = 0;

  /** @param owner for the log: the processor's class. */
  constructor(owner: string, logger: Logger) {
    this.#owner = owner;
    this.#logger = logger;
  }

  /** For `health()`. */
  get health(): UnhandledHealth {
    return { count: this.#count, last: [...this.#last.values()] };
  }

  /** Counts one. */
  add(delivery: Delivery, body: ReceivedBody, fate: Outcome): UnhandledMessage {
    this.#count++;
    const message = { ...described(delivery, body), fate };
    const key = JSON.stringify([message.category, message.type, message.name]);
    const known = this.#last.get(key);
    if (!known && this.#last.size === maxNames) return this.#addNameless(message);
    const counted = { ...message, count: (known?.count ?? 0) + 1 };
    this.#last.set(key, counted);
    if (isPowerOfTen(counted.count)) this.#logger.warn(this.#sentence(counted, nameOf(counted)));
    return counted;
  }

  /** One of more names than are remembered. */
  #addNameless(message: Omit<UnhandledMessage, 'count'>): UnhandledMessage {
    const counted = { ...message, count: ++this.#nameless };
    if (isPowerOfTen(counted.count))
      this.#logger.warn(this.#sentence(counted, `${nameOf(counted)}, one of more than ${maxNames} names,`));
    return counted;
  }

  #sentence({ queue, id, from, fate, count }: UnhandledMessage, name: string): string {
    const which = `id ${id ?? 'unknown'}, from ${from}`;
    const many = count === 1 ? 'Further ones are counted' : `That is number ${count}`;
    const what = `${this.#owner} has no handler for ${name} from queue '${queue}' (${which})`;
    return `${what}: it is ${outcome[fate]}. ${many}; see health().unhandled.`;
  }
}

/** A kind of message in a sentence: `(message, command, ping)`. */
export function nameOf({ category, type, name }: Pick<ReceivedBody, 'category' | 'type' | 'name'>): string {
  return `(${cut(category)}, ${cut(type)}, ${cut(name)})`;
}

function described(
  { queue, properties }: Delivery,
  { category, type, name, fingerprint }: ReceivedBody,
): Omit<UnhandledMessage, 'count' | 'fate'> {
  const id: unknown = properties.messageId;
  return {
    category: cut(category),
    type: cut(type),
    name: name === null ? null : cut(name),
    queue,
    id: id === undefined ? undefined : cut(id),
    from: senderOf(fingerprint) ?? 'somebody unnamed',
  };
}

function isPowerOfTen(count: number): boolean {
  return /^10*$/.test(String(count));
}
