import { directReplyTo, Inbox, type Link, type Publisher, type Received } from '../amqp/index.js';
import type { Logger } from '../logger.js';
import type { PendingCall } from './pending-call.js';

/** So many channels of a link are for calls: one for each caller, as long as there are no more. */
const maxLines = 16;

/** A channel on which calls leave, and their answers come back to RabbitMQ's direct reply-to address. */
export class CallLine {
  readonly inbox: Inbox = new Inbox();
  readonly publisher: Publisher;
  readonly #calls = new Map<string, PendingCall>();
  readonly #logger: Logger;
  #toldOfNoId = false;

  constructor(link: Link) {
    this.#logger = link.logger;
    void this.inbox.listen(directReplyTo, (reply) => this.#deliver(reply));
    this.publisher = link.newPublisher({ inbox: this.inbox, onDown: () => this.#lost() });
  }

  /** From now on a reply with the id of the call is its answer. */
  add(call: PendingCall): void {
    this.#calls.set(call.id, call);
  }

  /** The call is settled. */
  remove({ id }: PendingCall): void {
    this.#calls.delete(id);
  }

  /** A reply nobody waits for is late or double, and changes nothing. */
  #deliver(reply: Received): void {
    const { correlationId } = reply.properties;
    if (correlationId) this.#calls.get(correlationId)?.replied(reply);
    else this.#tellOfNoId();
  }

  /** Its call waits until its time is over, and what it would be told then is that there is no answer. */
  #tellOfNoId(): void {
    if (this.#toldOfNoId) return;
    this.#toldOfNoId = true;
    this.#logger.warn(
      `An answer has come without a correlation id, so its call is not known and goes on waiting. Is the server Python's Postage? ` +
        `Then write static override readonly replyQueue = 'per-call' in the class of the producer. This is said once.`,
    );
  }

  #lost(): void {
    for (const call of [...this.#calls.values()]) call.lost();
  }
}

/**
 * The lines of one link. Callers share them when there are many, since a connection has only so many channels: 2,047 where
 * nobody has set it.
 */
export class CallLines {
  readonly #link: Link;
  readonly #owners = new Map<CallLine, number>();

  private constructor(link: Link) {
    this.#link = link;
  }

  static of(link: Link): CallLines {
    const lines = linesOf.get(link) ?? new CallLines(link);
    linesOf.set(link, lines);
    return lines;
  }

  /** A line for one more caller, who must {@link release} it. */
  acquire(): CallLine {
    const line = this.#owners.size < maxLines ? new CallLine(this.#link) : this.#leastOwned();
    this.#owners.set(line, (this.#owners.get(line) ?? 0) + 1);
    return line;
  }

  /** The last of its callers closes it. */
  async release(line: CallLine): Promise<void> {
    const others = (this.#owners.get(line) ?? 1) - 1;
    if (others > 0) this.#owners.set(line, others);
    else {
      this.#owners.delete(line);
      await line.publisher.close();
    }
  }

  #leastOwned(): CallLine {
    const [[line]] = [...this.#owners].sort(([, one], [, other]) => one - other) as [[CallLine, number]];
    return line;
  }
}

const linesOf = new WeakMap<Link, CallLines>();
