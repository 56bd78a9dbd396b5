import type { EventEmitter } from 'node:events';
import { Lease, type LinkHealth, type LinkOptions, wellWhile } from '../amqp/index.js';
import { usualDrainMs } from '../common/drain-limit.js';
import { refuseGenerator } from '../common/generators.js';
import { harmlessEmitter } from '../common/harmless-emitter.js';
import { duration } from '../common/numbers.js';
import { within } from '../common/timers.js';
import { unlessAborted } from '../common/unless-aborted.js';
import { connectionName, identify, stoppedBefore } from '../component/index.js';
import { ConfigurationError } from '../errors.js';
import { defaultLogger, guardLogger, type Logger } from '../logger.js';
import { DrainError, StandingThread } from '../scheduler/index.js';
import { Baton } from './baton.js';
import { Entry, type Missed, type Tick, type WallClock, wallClock } from './entry.js';
import { type Ticks, ticksOf, type When } from './ticks.js';

/** How a {@link Timetable} works. */
export interface TimetableOptions extends LinkOptions {
  /** Whose timetable it is. All processes that give the same name share it: each tick is run in one of them. @default `timetable` */
  readonly name?: string | undefined;
  /** How late a tick may be run, as when the process that should have run it has just died; what is later is told as missed. @default 60,000 */
  readonly catchUpMs?: number | undefined;
  /** Told of each tick that was not run, beside the log. What it throws is logged. */
  readonly onMissed?: ((missed: Missed) => void) | undefined;
}

/** How something that recurs stands in this process. */
export interface RecurringHealth {
  /** The name under which it was given to `every`. */
  readonly name: string;
  /** Whether it is this process that runs it now. */
  readonly isHere: boolean;
  /** When it is run next; undefined where another process knows. */
  readonly nextAt: Date | undefined;
  /** Whether its function runs now, in this process. */
  readonly isRunning: boolean;
}

/** How a timetable is. */
export interface TimetableHealth extends LinkHealth {
  /** Everything that was given to `every`, in that order. */
  readonly recurring: readonly RecurringHealth[];
}

/** Something that recurs, as it was given. */
interface Given {
  readonly name: string;
  readonly ticks: Ticks;
  readonly run: (tick: Tick) => unknown;
}

/** How a queue's name may go on: it must be found again, and seen by people. */
const nameLike = /^[\w.-]{1,80}$/;

/**
 * Runs work that recurs in one of many processes, which agree by RabbitMQ alone: `timetable.every('report', { cron: '0 3 * * *', timeZone:
 * 'Europe/Berlin' }, makeReport)`. Each tick is run once, or told as missed. It is a micro thread: for a MicroScheduler, or `start()`.
 * See docs/recurring.md.
 * @example
 * ```ts
 * import { Timetable } from 'waybill';
 *
 * const timetable = new Timetable({ name: 'shop' });
 * timetable.every('sweep', { everyMs: 60_000 }, () => console.log('swept'));
 * timetable.every('report', { cron: '0 3 * * *', timeZone: 'Europe/Berlin' }, async ({ at, signal }) => {
 *   console.log(`the report of ${at.toISOString()}`, signal.aborted);
 * });
 * await using _timetable = await timetable.start();
 * ```
 */
export class Timetable extends StandingThread {
  readonly #name: string;
  readonly #link: LinkOptions;
  readonly #catchUpMs: number;
  readonly #emitter: EventEmitter<{ missed: [Missed] }>;
  readonly #logger: Logger;
  readonly #clock: WallClock;
  readonly #given = new Map<string, Given>();
  readonly #closing = new AbortController();
  #lease: Lease;
  #starting: Promise<void> | undefined;
  #isTaking = false;
  #entries: readonly Entry[] = [];
  #batons: readonly Baton[] = [];
  #keeping: Promise<unknown> = Promise.resolve();

  /** Connects nothing yet. @throws ConfigurationError @param clock for tests */
  constructor(options: TimetableOptions = {}, clock: WallClock = wallClock) {
    super();
    const { name = 'timetable', catchUpMs = 60_000, onMissed, ...link } = options;
    this.#name = checkedName('Timetable: name', name);
    this.#catchUpMs = duration('Timetable: catchUpMs', catchUpMs);
    this.#clock = clock;
    this.#logger = guardLogger(options.logger ?? defaultLogger());
    this.#emitter = harmlessEmitter<{ missed: [Missed] }>(this.#logger);
    if (onMissed) this.#emitter.on('missed', onMissed);
    this.#link = { connectionName: connectionName(this.#who), ...link };
    this.#lease = new Lease(this.#link);
  }

  /**
   * Adds something that recurs. What it throws is logged, and the next tick comes all the same; one that lasts longer than until the next tick
   * has that one left out.
   * @throws ConfigurationError for what is no time or no name, and after the start
   */
  every(name: string, when: When, run: (tick: Tick) => unknown): this {
    const owner = `Timetable, ${checkedName('Timetable.every: name', name)}`;
    if (this.#starting)
      throw new ConfigurationError(`${owner}: the timetable has begun. Add what recurs before that.`);
    if (this.#given.has(name)) throw new ConfigurationError(`${owner}: this name is there twice.`);
    if (typeof run !== 'function')
      throw new ConfigurationError(`${owner}: what is to be run is no function.`);
    refuseGenerator(run, owner);
    this.#given.set(name, { name, ticks: ticksOf(owner, when), run });
    return this;
  }

  /**
   * Connects and stands in line for each of its entries. Whoever asks again shares the outcome; after one that failed it may be tried again.
   * @throws ConnectError, TopologyError; ClosedError when it is stopped meanwhile, or was before. Nothing is left open then
   */
  override create(): Promise<void> {
    this.#starting ??= this.#start().catch((thrown) => {
      this.#starting = undefined;
      throw thrown;
    });
    return this.#starting;
  }

  async #start(): Promise<void> {
    const stopped = (): Error => stoppedBefore(this.#name, this.stopSignal);
    if (this.stopSignal.aborted) throw stopped();
    const { link } = this.#lease;
    const given = [...this.#given.values()];
    this.#batons = given.map(({ name }) => new Baton(link, this.#queueOf(name), () => this.#clock.now()));
    try {
      await unlessAborted(this.#open(), this.stopSignal, stopped);
    } catch (thrown) {
      await this.#letGo();
      this.#lease = new Lease(this.#link);
      throw thrown;
    }
    this.#entries = given.map((each, at) => this.#entry(each, this.#batons[at] as Baton));
    this.#keeping = Promise.all(this.#entries.map((each) => each.keep()));
    this.#isTaking = true;
  }

  async #open(): Promise<void> {
    for (const baton of this.#batons) await baton.open();
  }

  async #letGo(): Promise<void> {
    for (const baton of this.#batons) await baton.close();
    await this.#lease.close();
  }

  /** The same as {@link create}, for those who need no scheduler. */
  async start(): Promise<this> {
    await this.create();
    return this;
  }

  /**
   * Begins nothing any more, waits for what runs, and gives all to the next process. After `timeoutMs` the signals of what runs are aborted, and it
   * rejects with a DrainError. @default 8,000 ms
   */
  override async drain({ timeoutMs = usualDrainMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
    duration('Timetable.drain: timeoutMs', timeoutMs);
    this.stop();
    const isDone = await within(
      this.#keeping.then(() => true),
      timeoutMs,
      () => false,
    );
    const left = this.#entries.filter(({ running }) => running).map(({ state }) => state.name);
    this.#closing.abort();
    await this.#letGo();
    if (!isDone) throw new DrainError(`${this.#name}: not ended in ${timeoutMs} ms: ${left.join(', ')}.`);
  }

  /** Ends now; what runs is told by its signal, and others hear that it was interrupted. Idempotent. */
  async close(): Promise<void> {
    await this.drain({ timeoutMs: 0 }).catch(() => {});
  }

  /** Closes as {@link close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** How its link is, and what of it is run here. */
  override async health(): Promise<TimetableHealth> {
    const health = await this.#lease.health({ consumers: [] });
    const isTaking = this.#isTaking && !this.stopSignal.aborted;
    return { ...wellWhile(isTaking, health), recurring: this.#entries.map(({ state }) => state) };
  }

  get #who() {
    return identify({ name: this.#name }, this.#name);
  }

  #queueOf(name: string): string {
    return `waybill.recurring.${this.#name}.${name}`;
  }

  #entry({ name, ticks, run }: Given, baton: Baton): Entry {
    return new Entry({
      name: `${this.#name}.${name}`,
      ticks,
      run,
      baton,
      clock: this.#clock,
      logger: this.#logger,
      who: connectionName(this.#who),
      catchUpMs: this.#catchUpMs,
      onMissed: (missed) => void this.#emitter.emit('missed', missed),
      stopping: this.stopSignal,
      closing: this.#closing.signal,
    });
  }
}

function checkedName(what: string, name: unknown): string {
  if (typeof name === 'string' && nameLike.test(name)) return name;
  throw new ConfigurationError(`${what} must be up to 80 letters, digits, dots, dashes and underscores.`);
}
