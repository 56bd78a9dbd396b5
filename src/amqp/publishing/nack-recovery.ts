import { setTimeout as sleep } from 'node:timers/promises';
import { type BackOff, delayBefore } from '../common/back-off.js';
import type { PendingPublish } from './pending-publish.js';

/** How long after a reconnect a quorum queue may still be choosing its leader. */
const electionMs = 10_000;

/** Tries often: an election takes some hundred milliseconds. */
const backOff: BackOff = { initialMs: 50, maxMs: 1_000 };

/** In quiet times the channel is replaced no more often than this. */
const pauseMs = 5_000;

/** How long the channel is held back for what is under way on it, before it is replaced. */
const patienceMs = 1_000;

/**
 * Decides what nacks mean. Either a queue is full, or it had no leader to store the message. RabbitMQ 3.10 remembers the
 * latter for as long as the channel lives: when it publishes to a quorum queue for the first time while the node that led
 * the queue is down and no other one has taken over, that channel gets nothing but nacks until the node is back. So after
 * a nack the channel is replaced. What was nacked soon after a reconnect, when elections are likely, is sent once more.
 */
export class NackRecovery {
  readonly #mayReplaceInQuiet: boolean;
  #kept: PendingPublish[] = [];
  #upAgainAt: number | undefined;
  #replacedAt = Number.NEGATIVE_INFINITY;
  #attempt = 0;
  #isDue = false;
  #isHeld = false;

  /** @param mayReplaceInQuiet false where replies to calls under way would be lost with the channel. */
  constructor({ mayReplaceInQuiet }: { readonly mayReplaceInQuiet: boolean }) {
    this.#mayReplaceInQuiet = mayReplaceInQuiet;
  }

  /** True while nothing shall be sent, because the channel is about to be replaced. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The connection is back after a loss. */
  reconnected(): void {
    this.#upAgainAt = performance.now();
    this.#attempt = 0;
  }

  /** Takes a nacked message; false where it has failed for good. */
  keep(publish: PendingPublish): boolean {
    const now = performance.now();
    const isElection = this.#upAgainAt !== undefined && now - this.#upAgainAt < electionMs;
    this.#isDue ||= isElection || (this.#mayReplaceInQuiet && now - this.#replacedAt >= pauseMs);
    if (isElection) this.#kept.push(publish);
    return isElection;
  }

  /** Whether the channel must be replaced; whoever asks does it, after {@link rest}. */
  claim(): boolean {
    if (!this.#isDue || this.#isHeld) return false;
    this.#isHeld = true;
    return true;
  }

  /** Waits for the back-off, and then a little for what is under way to be confirmed. */
  async rest(isIdle: () => boolean): Promise<void> {
    const delayMs = this.#kept.length > 0 ? delayBefore(++this.#attempt, backOff) : 0;
    await sleep(delayMs, undefined, { ref: false });
    const end = performance.now() + patienceMs;
    while (!isIdle() && performance.now() < end) await sleep(10, undefined, { ref: false });
  }

  /** The channel is being replaced. Gives back what was kept, to be sent again. */
  release(): PendingPublish[] {
    this.#isDue = false;
    this.#isHeld = false;
    this.#replacedAt = performance.now();
    return this.#kept.splice(0);
  }
}
