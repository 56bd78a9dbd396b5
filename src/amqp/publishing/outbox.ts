import { choice } from '../../common/choices.js';
import { finiteNumber } from '../../common/numbers.js';
import { OutboxFullError } from '../../errors.js';
import { Fifo } from '../common/fifo.js';
import type { PendingPublish } from './pending-publish.js';

/** What waits to be sent, or for its confirm. */
export interface OutboxHealth {
  /** How many messages wait to be sent: the broker is away, or too many are unconfirmed. */
  readonly waiting: number;
  /** How many messages were sent, and have no confirm yet. */
  readonly unconfirmed: number;
}

/** How much may wait to be sent or confirmed, and what happens to more. */
export interface OutboxLimits {
  /** How many messages; `Infinity` for no limit. @default 10,000 */
  readonly maxMessages?: number;
  /**
   * How many bytes of bodies. At most that many, and one message, are on their way to the broker at once.
   * @default 64 MiB
   */
  readonly maxBytes?: number;
  /**
   * `wait`: a publish over the limits waits for its turn like any other, up to its own deadline; a caller that awaits
   * its publishes is held back by that. `fail`: it is refused at once with an OutboxFullError. `drop-oldest`: the
   * oldest that was not sent yet is refused with one instead. @default 'wait'
   */
  readonly whenFull?: 'wait' | 'fail' | 'drop-oldest';
}

const whenFullChoices = ['wait', 'fail', 'drop-oldest'] as const;

/** What is undefined is left to the defaults. @throws ConfigurationError for limits that are none */
export function checkOutbox({ maxMessages, maxBytes, whenFull }: OutboxLimits = {}): void {
  for (const [name, limit] of Object.entries({ maxMessages, maxBytes })) {
    if (limit !== undefined && limit !== Number.POSITIVE_INFINITY)
      finiteNumber(`outbox.${name}`, limit, { min: 1 });
  }
  if (whenFull !== undefined) choice('outbox.whenFull', whenFull, whenFullChoices);
}

/** What waits to be sent, within limits. */
export class Outbox {
  readonly #waiting = new Fifo<PendingPublish>();
  readonly #limits: Required<OutboxLimits>;
  #messages = 0;
  #bytes = 0;
  /** How many in `#waiting` are settled already: their deadline has passed, or they were cancelled. */
  #settledWaiting = 0;

  constructor({ maxMessages = 10_000, maxBytes = 64 * 1024 * 1024, whenFull = 'wait' }: OutboxLimits = {}) {
    this.#limits = { maxMessages, maxBytes, whenFull };
  }

  /** How many bytes of bodies may be on their way at once. */
  get maxBytes(): number {
    return this.#limits.maxBytes;
  }

  /** True where none waits, not even one that is settled by now. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** How many wait to be sent. */
  get waiting(): number {
    return this.#waiting.length - this.#settledWaiting;
  }

  /** How many are not settled: waiting, or sent and not confirmed. */
  get open(): number {
    return this.#messages;
  }

  /** Takes a publish in; at the limits one is refused, this one or an older one. One that `leaves` at once does not wait. */
  add(publish: PendingPublish, leaves: boolean): void {
    this.#messages++;
    this.#bytes += publish.message.content.length;
    const { whenFull } = this.#limits;
    const isTooMuch = whenFull !== 'wait' && this.#isOverfull();
    if (isTooMuch && whenFull === 'fail') publish.settle(full(this.#messages));
    else if (!leaves || isTooMuch) {
      publish.isWaiting = true;
      this.#waiting.push(publish);
    }
    if (isTooMuch && whenFull === 'drop-oldest') while (this.#isOverfull() && this.#dropOldest());
  }

  /** The next one to send; those that were settled while they waited are passed over. */
  next(): PendingPublish | undefined {
    let publish = this.#waiting.shift();
    while (publish?.settled) {
      this.#settledWaiting--;
      publish = this.#waiting.shift();
    }
    if (publish) publish.isWaiting = false;
    return publish;
  }

  /** Puts those that have to be sent again before all others; what was settled meanwhile is left out. */
  putBack(publishes: readonly PendingPublish[]): void {
    const open = publishes.filter(({ settled }) => !settled);
    for (const publish of open) publish.isWaiting = true;
    this.#waiting.putBack(open);
  }

  /** Takes out all that wait. */
  takeAll(): PendingPublish[] {
    this.#settledWaiting = 0;
    const all = this.#waiting.takeAll().filter(({ settled }) => !settled);
    for (const publish of all) publish.isWaiting = false;
    return all;
  }

  /** One that was taken in is settled. */
  settled(publish: PendingPublish): void {
    this.#messages--;
    this.#bytes -= publish.message.content.length;
    if (!publish.isWaiting) return;
    this.#settledWaiting++;
    this.#forgetSettled();
  }

  /** While the broker is away nobody takes out what was given up: without this it would grow with the length of the outage. */
  #forgetSettled(): void {
    if (this.#settledWaiting < 1_000 || this.#settledWaiting * 4 < this.#waiting.length) return;
    this.#waiting.keep(({ settled }) => !settled);
    this.#settledWaiting = 0;
  }

  #isOverfull(): boolean {
    return this.#messages > this.#limits.maxMessages || this.#bytes > this.#limits.maxBytes;
  }

  #dropOldest(): boolean {
    const oldest = this.next();
    oldest?.settle(full(this.#messages));
    return oldest !== undefined;
  }
}

function full(count: number): OutboxFullError {
  return new OutboxFullError(
    `The outbox is full (${count} messages wait for the broker); this one was not sent. Is the broker away, or too slow?`,
  );
}
