import type { Delivery } from '../amqp/index.js';
import { toldNumber } from '../common/told-number.js';
import { processTime, sentHeader } from './deadline.js';

/** Processes that call; the names come from outside, so only so many are remembered, the last ones. */
const mostProcesses = 1_000;

/** From so many calls on, the fastest of them tells how far the two clocks are apart. */
const enough = 8;

/** A first call whose clock says that it has waited longer is not believed: rather the clocks differ. */
const mostBelievedMs = 10_000;

/** What a clock has shown is forgotten after so long: the clock of a machine that has slept goes wrong. */
const rememberedMs = 60_000;

/** What is known of the clock of a process that calls. */
interface Clock {
  count: number;
  /** The smallest difference between its time and ours that was seen lately: that of the call which has waited least. */
  least: number;
  since: number;
}

/**
 * Tells how long calls have waited at the broker, which does not say it, by when they were sent. Clocks of two machines differ, so
 * the time of a sender is measured by its fastest call. Before there are enough its clock is believed where that is possible at all:
 * no call waits longer than its `expiration`.
 */
export class SenderClocks {
  readonly #clocks = new Map<string, Clock>();
  #newest: string | undefined;

  /** How long a call has waited, in milliseconds; 0 where that is not known. */
  waitedMs({ properties }: Delivery): number {
    const sent: unknown = properties.headers?.[sentHeader];
    const process = processOf(properties.messageId);
    if (!Number.isSafeInteger(sent) || process === undefined) return 0;
    const now = processTime();
    const difference = now - (sent as number);
    const clock = this.#clocks.get(process) ?? { count: 0, least: difference, since: now };
    this.#remember(process, clock);
    clock.count++;
    const lifeMs = toldNumber(properties.expiration ?? Infinity);
    const isBelieved = difference >= 0 && difference <= Math.min(lifeMs, mostBelievedMs);
    // One of the clocks was wrong, or is now.
    if (now - clock.since > rememberedMs || difference - clock.least > lifeMs)
      Object.assign(clock, { least: difference, since: now });
    clock.least = Math.min(clock.least, difference);
    return clock.count < enough && isBelieved ? difference : difference - clock.least;
  }

  /** Those that were not heard of for the longest time come first, and are forgotten first. */
  #remember(process: string, clock: Clock): void {
    // n.b. most calls come from whoever called last: to put that one anew costs more than all the rest of this.
    if (process === this.#newest) return;
    this.#newest = process;
    this.#clocks.delete(process);
    this.#clocks.set(process, clock);
    const [oldest] = this.#clocks.size > mostProcesses ? this.#clocks.keys() : [];
    if (oldest !== undefined) this.#clocks.delete(oldest);
  }
}

/** The part of a message id that is the same for all of a process. */
function processOf(messageId: unknown): string | undefined {
  if (typeof messageId !== 'string') return undefined;
  const end = messageId.indexOf('.');
  return end > 0 && end <= 36 ? messageId.slice(0, end) : undefined;
}
