import type { Consumer, Link, LinkHealth, Outgoing, Sending } from '../amqp/index.js';
import { within } from '../common/timers.js';
import { unlessAborted } from '../common/unless-aborted.js';
import { CancelledError, isWaybillError, PublishTimeoutError, type UnroutableError } from '../errors.js';
import type { Due } from './due.js';
import { Forwarding } from './forwarding.js';
import { dueQueue, heightFor, parkedAs } from './ladder.js';
import { Ladder } from './ladder-of-link.js';
import { lateMessage } from './late-message.js';
import { askDue, nobodyForwards } from './told-levels.js';

/**
 * Whether a component sends on what is due: `'auto'`, from the first late message on that it has sent itself until it is closed; `true`, for as
 * long as it is open; `false`, never: somebody else must. See docs/delays.md.
 */
export type Forwards = boolean | 'auto';

/** Signs a message that is to arrive in so many milliseconds. */
export type SignFor = (message: Outgoing, inMs: number) => Outgoing;

/** How one component sends late messages by one link. */
export class LateSender {
  readonly #link: Link;
  readonly #component: string;
  readonly #forwards: Forwards;
  #hasSent = false;

  constructor(link: Link, component: string, forwards: Forwards) {
    this.#link = link;
    this.#component = component;
    this.#forwards = forwards;
  }

  /** Publishes the copies of one message, each with the same id where it arrives. */
  way(due: Due): (message: Outgoing, sending: Sending | undefined, sign?: SignFor) => Promise<void> {
    let copies = 0;
    this.#begin();
    return (message, sending = {}, sign = unsigned) => {
      // n.b. at the exit all of them come from one queue, where two with one id are held to be one that came twice.
      const id = copies++ === 0 ? message.properties.messageId : undefined;
      const leaving = (made: Outgoing): Outgoing => {
        const { seconds } = due;
        const signed = sign(made, seconds * 1_000);
        return seconds > 0 ? lateMessage(signed, seconds, id) : signed;
      };
      return this.#publish(message, due, { ...sending, leaving });
    };
  }

  /** Sends on what is due from now on, until it is closed. Returns at once. */
  forward(): void {
    Forwarding.of(this.#link).join(this, { name: this.#component });
  }

  /** What takes what is due, where it does. */
  get consumers(): readonly Consumer[] {
    const { consumer } = Forwarding.of(this.#link);
    return consumer && this.#forwards !== false ? [consumer] : [];
  }

  /** The health of its component, with how the exit is. */
  async health(health: LinkHealth): Promise<LinkHealth> {
    if (!this.#hasSent || this.#forwards !== false) return health;
    const { consumers, messages } = (await askDue(this.#link)) ?? {};
    if (consumers !== 0) return health;
    const exit = { queue: dueQueue, consumers, messages: messages ?? 0, ok: false, error: nobodyForwards };
    return { ...health, ok: false, queues: [...health.queues, exit] };
  }

  /** Stops forwarding, where nobody else on this link does. Never throws. */
  async close(): Promise<void> {
    await Forwarding.of(this.#link).leave(this);
  }

  #begin(): void {
    if (this.#forwards !== false) this.forward();
    else if (!this.#hasSent) void this.#warnWhereNobodyForwards();
    this.#hasSent = true;
  }

  async #publish(message: Outgoing, due: Due, sending: Sending): Promise<void> {
    const { timeoutMs = 30_000, signal } = sending;
    const begun = performance.now();
    const left = (): number => Math.max(0, timeoutMs - (performance.now() - begun));
    const ladder = Ladder.of(this.#link);
    await inTime(ladder.reach(heightFor(due.seconds)), left(), signal);
    try {
      await this.#link.publish(message, { ...sending, timeoutMs: left() });
    } catch (thrown) {
      if (!isOfLadder(thrown)) throw thrown;
      await inTime(ladder.mend(), left(), signal);
      await this.#link.publish(message, { ...sending, timeoutMs: left() });
    }
  }

  async #warnWhereNobodyForwards(): Promise<void> {
    await Ladder.of(this.#link)
      .reach(0)
      ?.catch(() => {});
    const told = await askDue(this.#link);
    if (told?.consumers === 0) this.#link.logger.warn(`${this.#component}: ${nobodyForwards}`);
  }
}

function unsigned(message: Outgoing): Outgoing {
  return message;
}

/** Somebody has deleted the exit. */
function isOfLadder(thrown: unknown): boolean {
  return (
    isWaybillError(thrown, 'UNROUTABLE') && (thrown as UnroutableError).exchange.startsWith(`${parkedAs}.`)
  );
}

/** The ladder is built within the time of the message that needs it first. */
async function inTime(
  work: Promise<void> | undefined,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!work) return;
  work.catch(() => {});
  const limited = within(work, timeoutMs, () => {
    throw new PublishTimeoutError(
      `The queues for late messages could not be declared within ${timeoutMs} ms; nothing was sent.`,
    );
  });
  if (!signal) return await limited;
  await unlessAborted(
    limited,
    signal,
    () => new CancelledError('The publish was cancelled; nothing was sent.', { cause: signal.reason }),
  );
}
