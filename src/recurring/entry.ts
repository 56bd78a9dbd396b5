import { refuseGenerated } from '../common/generators.js';
import { inOwnContext } from '../common/own-context.js';
import { sleep } from '../common/timers.js';
import { storyOf } from '../common/told-error.js';
import type { Logger } from '../logger.js';
import type { Baton } from './baton.js';
import type { Ticks } from './ticks.js';

/** What is run, and for which moment. */
export interface Tick {
  /** The name of what recurs. */
  readonly name: string;
  /** The moment that it is run for: the same in every process, and in every attempt to tell of it. */
  readonly at: Date;
  /** Aborted when the process does not wait any longer, and when another one has taken over. */
  readonly signal: AbortSignal;
}

/** What was not run, or not to its end as far as is known. */
export interface Missed {
  /** The name of what recurs. */
  readonly name: string;
  /** `nobody`: no process was there; `busy`: the run before had not ended; `interrupted`: begun, and whether it ended is not known. */
  readonly why: 'nobody' | 'busy' | 'interrupted';
  /** How many ticks; 10,000 stands for as many or more. */
  readonly count: number;
  /** The first and the last of them. */
  readonly from: Date;
  /** The last of them: equal to `from` where there was one. */
  readonly to: Date;
}

/** The time of day, and how to wait for it. */
export interface WallClock {
  /** In milliseconds since 1970. */
  now(): number;
  /** Resolves after about so long, and when the signal is aborted. */
  rest(ms: number, signal: AbortSignal): Promise<void>;
}

/** That of the process. */
export const wallClock: WallClock = {
  now: () => Date.now(),
  rest: (ms, signal) => sleep(ms, { signal }),
};

/** What {@link Entry} works with. */
export interface EntryOptions {
  readonly name: string;
  readonly ticks: Ticks;
  readonly run: (tick: Tick) => unknown;
  readonly baton: Baton;
  readonly clock: WallClock;
  readonly logger: Logger;
  /** Who it is, for the log of others. */
  readonly who: string;
  /** How late a tick may be run. */
  readonly catchUpMs: number;
  readonly onMissed: (missed: Missed) => void;
  /** Aborted when nothing new is to begin. */
  readonly stopping: AbortSignal;
  /** Aborted when what runs is not waited for any more. */
  readonly closing: AbortSignal;
}

/** More are not counted one by one. */
const mostCounted = 10_000;
/** RabbitMQ takes back what is held for half an hour (`consumer_timeout`): the token is changed for its own sake before that. */
const renewMs = 300_000;

/** Runs one thing that recurs, while this process holds its token. */
export class Entry {
  readonly #options: EntryOptions;
  #running: Promise<void> | undefined;

  constructor(options: EntryOptions) {
    this.#options = options;
  }

  /** How it stands in this process. */
  get state(): {
    readonly name: string;
    readonly isHere: boolean;
    readonly nextAt: Date | undefined;
    readonly isRunning: boolean;
  } {
    const { name, baton, ticks } = this.#options;
    const last = baton.token?.last;
    const next = last === undefined ? Infinity : ticks.next(last);
    const nextAt = Number.isFinite(next) ? new Date(next) : undefined;
    return { name, isHere: baton.token !== undefined, nextAt, isRunning: this.#running !== undefined };
  }

  /** What runs, if anything does. */
  get running(): Promise<void> | undefined {
    return this.#running;
  }

  /** Runs it at each tick, whenever it is the turn of this process, until it is to stop. Never rejects. */
  async keep(): Promise<void> {
    const { baton, stopping } = this.#options;
    while (!stopping.aborted) {
      await baton.taken(stopping);
      if (!stopping.aborted && !(await this.#step())) await sleep(1_000, { signal: stopping });
    }
  }

  /** One step of who holds the token; false where that could not be done. */
  async #step(): Promise<boolean> {
    const { baton, clock, ticks } = this.#options;
    const { token } = baton;
    if (!token) return true;
    const { last, by } = token;
    if (last === undefined) return await baton.write({ last: clock.now(), by: undefined });
    if (by !== undefined) return await this.#letGo(last, last, 'interrupted');
    const due = ticks.next(last);
    const now = clock.now();
    if (due <= now) return await this.#late(due, now);
    await this.#rest(Math.min(due - now, renewMs));
    return clock.now() - now < renewMs || (await baton.write({ last, by }));
  }

  /** Of ticks that have passed the last one is run, unless that is too late, too. */
  async #late(due: number, now: number): Promise<boolean> {
    const latest = this.#passed(due, now).last;
    if (latest < now - this.#options.catchUpMs) return await this.#letGo(due, now, 'nobody');
    return latest > due ? await this.#letGo(due, latest - 1, 'nobody') : await this.#turn(due);
  }

  async #turn(due: number): Promise<boolean> {
    const { baton, who, ticks, clock, stopping } = this.#options;
    if (stopping.aborted || !(await baton.write({ last: due, by: who }))) return false;
    const { lost } = baton;
    this.#running = this.#run(due, lost).finally(() => {
      this.#running = undefined;
    });
    await this.#renewing(due, this.#running);
    const next = ticks.next(due);
    if (next <= clock.now()) return await this.#letGo(next, clock.now(), 'busy');
    return await baton.write({ last: due, by: undefined });
  }

  async #run(due: number, lost: AbortSignal): Promise<void> {
    const { name, run, closing, logger } = this.#options;
    const signal = AbortSignal.any([lost, closing]);
    try {
      refuseGenerated(await inOwnContext(() => run({ name, at: new Date(due), signal })));
    } catch (thrown) {
      logger.error(`${name}, which recurs, failed at ${new Date(due).toISOString()}: ${storyOf(thrown)}`);
    }
  }

  /** Keeps the token while something runs, however long that takes. */
  async #renewing(last: number, running: Promise<void>): Promise<void> {
    const ended = new AbortController();
    const end = running.then(() => ended.abort());
    while (!ended.signal.aborted) {
      await sleep(renewMs, { signal: ended.signal });
      if (!ended.signal.aborted) await this.#options.baton.write({ last, by: this.#options.who });
    }
    await end;
  }

  /** Tells of ticks that are not run, and goes on behind them. */
  async #letGo(first: number, until: number, why: Missed['why']): Promise<boolean> {
    const { name, baton, logger, onMissed } = this.#options;
    const { count, last } = this.#passed(first, until);
    const by = baton.token?.by;
    if (!(await baton.write({ last: count < mostCounted ? last : until, by: undefined }))) return false;
    const missed: Missed = { name, why, count, from: new Date(first), to: new Date(last) };
    logger.warn(`${name}, which recurs: ${words(missed, by)}`);
    onMissed(missed);
    return true;
  }

  /** How many ticks there are from the first one on until a moment, and the last of them. */
  #passed(first: number, until: number): { readonly count: number; readonly last: number } {
    let [count, last] = [1, first];
    for (let next = first; next <= until && count <= mostCounted; count++) {
      last = next;
      next = this.#options.ticks.next(next);
    }
    return { count: Math.max(1, count - 1), last };
  }

  async #rest(ms: number): Promise<void> {
    const { clock, baton, stopping } = this.#options;
    await clock.rest(ms, AbortSignal.any([stopping, baton.lost]));
  }
}

function words({ why, count, from, to }: Missed, by: string | undefined): string {
  if (why === 'interrupted')
    return `the run of ${from.toISOString()} was begun by ${by} and has not told its end. Whether it ended is not known.`;
  const which =
    count === 1
      ? `the run of ${from.toISOString()} is`
      : `${count} runs from ${from.toISOString()} to ${to.toISOString()} are`;
  return why === 'busy'
    ? `${which} left out, since the one before had not ended.`
    : `${which} left out, since no process was there, or none was connected.`;
}
