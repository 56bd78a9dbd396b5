import { cut } from '../common/foreign-text.js';
import type { Distrust } from '../common/untrusted-error.js';
import { toError } from '../errors.js';
import type { Logger } from '../logger.js';

/** A message that was not trusted. Texts are the sender's, cut to 100 characters. */
export interface UntrustedMessage {
  /** What is wrong with its signature. */
  readonly reason: Distrust;
  /** Who it says has sent it; undefined where it says nothing. Anybody may have written that. */
  readonly from: string | undefined;
  /** The queue that it came from; undefined for an answer. */
  readonly queue: string | undefined;
  /** Its `message_id`, or of an answer the `correlation_id`; undefined where it has none. */
  readonly id: string | undefined;
  /** Whether it was refused; else it was only told of. */
  readonly refused: boolean;
  /** How many of this name and reason have come since the start, itself included. */
  readonly count: number;
}

/** The messages that were not trusted since the start, in health. */
export interface UntrustedHealth {
  /** All of them. */
  readonly count: number;
  /** The last one of each name and reason, the first 100 only; each tells how many of them there were. */
  readonly last: readonly UntrustedMessage[];
}

/** Names come from the wire: only so many are remembered. */
const mostKinds = 100;

/** Counts messages that are not trusted, by name and reason, and tells the log: of the 1st of a kind, the 10th, the 100th, … */
export class UntrustedCount {
  readonly #owner: string;
  readonly #listeners: ((message: UntrustedMessage) => void)[] = [];
  readonly #last = new Map<string, UntrustedMessage>();
  #count = 0;
  #others = 0;

  /** @param owner for the log: the component. */
  constructor(owner: string, listener: ((message: UntrustedMessage) => void) | undefined) {
    this.#owner = owner;
    if (listener) this.listen(listener);
  }

  /** Tells somebody of each one from now on. */
  listen(listener: (message: UntrustedMessage) => void): void {
    this.#listeners.push(listener);
  }

  /** For `health()`. */
  get health(): UntrustedHealth {
    return { count: this.#count, last: [...this.#last.values()] };
  }

  /** Counts one, and tells of it. */
  add(found: Omit<UntrustedMessage, 'count'>, logger: Logger): UntrustedMessage {
    this.#count++;
    const message = readable(found);
    const key = JSON.stringify([message.from, message.reason]);
    const known = this.#last.get(key);
    const isKnown = known !== undefined || this.#last.size < mostKinds;
    const counted = { ...message, count: isKnown ? (known?.count ?? 0) + 1 : ++this.#others };
    if (isKnown) this.#last.set(key, counted);
    if (/^10*$/.test(String(counted.count))) this.#tell(counted, isKnown, logger);
    this.#call(counted, logger);
    return counted;
  }

  #tell(message: UntrustedMessage, isKnown: boolean, logger: Logger): void {
    const { reason, from, queue, id, refused, count } = message;
    const where = queue === undefined ? 'An answer' : `A message of queue '${queue}'`;
    const who = from === undefined ? 'nobody named' : `'${from}'`;
    const one = isKnown ? '' : `, one of more than ${mostKinds} names and reasons`;
    const fate = refused ? 'is refused' : 'is not trusted, and let through (verify: warn)';
    const many = count === 1 ? 'Further ones are counted.' : `That is number ${count}.`;
    const text = `${this.#owner}: ${where} from ${who} (id ${id ?? 'unknown'}${one}) ${fate}: ${reason}. ${many}`;
    logger.warn(text, { component: this.#owner, queue, messageId: id, sender: from, reason, refused, count });
  }

  /** n.b. it stands in the way of a message. */
  #call(message: UntrustedMessage, logger: Logger): void {
    try {
      for (const listener of this.#listeners) listener(message);
    } catch (thrown) {
      logger.error(`${this.#owner}: identity.onUntrusted has thrown: ${toError(thrown).message}`);
    }
  }
}

function readable(found: Omit<UntrustedMessage, 'count'>): Omit<UntrustedMessage, 'count'> {
  const { from, id } = found;
  return {
    ...found,
    from: from === undefined ? undefined : cut(from),
    id: id === undefined ? undefined : cut(id),
  };
}
