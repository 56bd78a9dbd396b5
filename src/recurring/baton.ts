import {
  type ConnectionRole,
  type Consumer,
  type Declaration,
  type Delivery,
  type Link,
  nextMessageId,
} from '../amqp/index.js';
import { startTimer, within } from '../common/timers.js';
import { blank, isTruer, readToken, type Token, tokenMessage } from './token.js';

/** So long a token may take from here to here. */
const limitMs = 20_000;
/** So often each process that holds none brings one along: somebody may have deleted the queue. */
const bringMs = 600_000;
/** The same for who has lost it: most often the next in line has it. */
const soonMs = 5_000;

/** What makes one of many processes the one that runs something: a queue with a single active consumer, and one token in it. */
export class Baton {
  readonly #link: Link;
  readonly #queue: string;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  /** The token as it lies here, unsettled. */
  #held: Delivery | undefined;
  /** What this process knows of it, where it has ever held it. */
  #known: Token = blank;
  /** Aborted when it is not held here any more; undefined where it is not. */
  #ours: AbortController | undefined;
  /** The change that is on its way back to here. */
  #change: { readonly id: string; readonly isBack: (isBack: boolean) => void } | undefined;
  #consumer: Consumer | undefined;
  #stopBringing = (): void => {};
  #taken = (): void => {};

  constructor(link: Link, queue: string, now: () => number) {
    this.#link = link;
    this.#queue = queue;
    this.#now = now;
  }

  /** Declares the queue and stands in line; not any more where it was closed meanwhile. @throws TopologyError, ConnectError, ClosedError */
  async open(): Promise<void> {
    await this.#link.declare([queueDeclaration(this.#queue)]);
    // n.b. with more than one in hand the consumer would change its channel where a token comes back, and stand at the end of the line then.
    this.#consumer = await this.#link.openConsumer(this.#take, { prefetch: 1, isInternal: true });
    if (this.#closing.signal.aborted) return;
    await this.#consumer.consume(this.#queue);
    if (this.#closing.signal.aborted) return void (await this.#consumer.drain({ timeoutMs: 0 }));
    this.#link.events.on('down', this.#down);
    this.#bring();
  }

  /** What is held here; undefined while another process holds it, or nobody. */
  get token(): Token | undefined {
    this.#look();
    return this.#ours && this.#known;
  }

  /** Aborted when it is not held here any more; already where it is not. */
  get lost(): AbortSignal {
    return this.#ours?.signal ?? AbortSignal.abort();
  }

  /** Resolves when it is held here, or the signal is aborted. */
  async taken(signal: AbortSignal): Promise<void> {
    while (!this.token && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#taken = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
  }

  /**
   * Changes it: true when the change has come back to this process, so that nobody else holds it; false where that is not sure.
   * n.b. a process that was stopped and goes on believes that it holds what another one has got meanwhile.
   */
  async write({ last, by }: Pick<Token, 'last' | 'by'>): Promise<boolean> {
    const ours = this.#ours;
    if (!this.token || !ours || this.#change) return false;
    const id = nextMessageId();
    const token: Token = { number: this.#known.number + 1, last, by };
    const back = new Promise<boolean>((isBack) => {
      this.#change = { id, isBack };
    });
    try {
      const message = tokenMessage(this.#queue, token, id);
      await this.#link.publish(message, { timeoutMs: limitMs, signal: ours.signal, sendAgain: false });
      // It stands in the queue: where this process dies now there are two, and the truer one counts.
      this.#known = token;
      this.#held?.ack();
      this.#held = undefined;
      if (await within(back, limitMs, () => false)) return true;
      this.#drop();
    } catch {
      // Whether it was changed is told by what comes next.
    } finally {
      this.#change = undefined;
    }
    return false;
  }

  /** Gives it to the next in line. Never throws. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#stopBringing();
    this.#link.events.off('down', this.#down);
    this.#drop();
    await this.#consumer?.drain({ timeoutMs: 0 });
  }

  /** n.b. it returns at once: what is held is neither settled nor waited for. */
  readonly #take = (delivery: Delivery): void => {
    this.#look();
    const token = readToken(delivery.content, this.#now());
    if (this.#closing.signal.aborted) delivery.giveBack();
    else if (this.#standsBefore(delivery, token)) delivery.ack();
    else this.#hold(delivery, token);
  };

  /** Whether it is only in the way of a change of our own, which is no less true. */
  #standsBefore({ properties: { messageId } }: Delivery, token: Token): boolean {
    return this.#change !== undefined && messageId !== this.#change.id && !isTruer(token, this.#known);
  }

  /** n.b. it may know less than this process. It is not sent back changed for that: the next change says what is known. */
  #hold(delivery: Delivery, token: Token): void {
    this.#held = delivery;
    if (!isTruer(this.#known, token)) this.#known = token;
    this.#ours ??= new AbortController();
    this.#taken();
    if (delivery.properties.messageId === this.#change?.id) this.#change?.isBack(true);
  }

  readonly #down = (connection: ConnectionRole): void => {
    if (connection === 'consuming') this.#drop();
  };

  /** What was held on a channel that is gone belongs to the next in line. */
  #look(): void {
    if (this.#held && !(this.#held.alive && !this.#held.settled)) this.#drop();
  }

  #drop(): void {
    this.#held?.giveBack();
    this.#held = undefined;
    this.#ours?.abort();
    this.#ours = undefined;
    this.#change?.isBack(false);
    this.#stopBringing();
    this.#bringIn(soonMs);
  }

  /** n.b. what it brings is made one with what is there, whoever holds that. */
  #bring(): void {
    if (!this.#ours) this.#send(this.#known);
    this.#bringIn(bringMs);
  }

  #bringIn(ms: number): void {
    if (!this.#closing.signal.aborted)
      this.#stopBringing = startTimer(ms, () => this.#bring(), { ref: false });
  }

  #send(token: Token): void {
    const message = tokenMessage(this.#queue, token);
    this.#link.publish(message, { signal: this.#closing.signal }).catch(() => {});
  }
}

function queueDeclaration(name: string): Declaration {
  const args = {
    'x-queue-type': 'quorum',
    'x-single-active-consumer': true,
    // The token comes back whenever a process ends, however often that is.
    'x-delivery-limit': 1_000_000,
  };
  return { kind: 'queue', name, passive: false, options: { durable: true, arguments: args } };
}
