import type { Delivery, Link } from '../amqp/index.js';
import { CallerGoneError, CancelledError } from '../errors.js';
import { callIdOf } from './call-id.js';
import type { RunningAt } from './call-note.js';
import { CancelledIds } from './cancelled-ids.js';
import { remainingMs } from './deadline.js';
import { isThere } from './is-there.js';
import { SenderClocks } from './sender-clocks.js';

/** What runs a call, and can be told to stop. */
interface Stoppable {
  stop(reason: Error): void;
}

/** A component that runs calls. */
export interface Server {
  /** For people. */
  readonly name: string;
  readonly looksForCallers: boolean;
}

/** A call that runs here. */
export class ServedCall {
  readonly id: string;
  readonly work: Stoppable;
  /** Where its answer goes; another address once it was sent again. */
  replyTo: string;
  /** Whether its caller has given it up, or is gone. */
  isUnwanted = false;
  /** When its caller is looked for next, by `performance.now()`. */
  checkAt: number;
  /** Who runs it, for people. */
  readonly server: string;
  readonly #begunAt = performance.now();
  /** Whether its caller was not found when it was looked for last. */
  isMissed = false;

  constructor(id: string, work: Stoppable, replyTo: string, { name, looksForCallers }: Server) {
    this.id = id;
    this.work = work;
    this.replyTo = replyTo;
    this.server = name;
    this.checkAt = looksForCallers ? this.#begunAt + firstCheckMs : Infinity;
  }

  get forMs(): number {
    return Math.round(performance.now() - this.#begunAt);
  }
}

/** Whether a call is still to be run: `spent` nobody waits for it any more; `cancelled` its caller has given it up. */
export type Fitness = 'wanted' | 'spent' | 'cancelled';

/** Who runs for so long may be running for nobody. */
const firstCheckMs = 3_000;
/** How often a caller is looked for. */
const checkMs = 5_000;
/** One that is missed may have lost its connection for a moment, and be sending its call again. */
const secondLookMs = 2_000;
const tickMs = 1_000;

/**
 * The calls that the components of a link run: which of them their callers have given up, how long they have waited, and whether their
 * callers are still there.
 */
export class ServedCalls {
  readonly #link: Link;
  readonly #running = new Map<string, ServedCall>();
  readonly #cancelled = new CancelledIds();
  readonly #clocks = new SenderClocks();
  #ticking: NodeJS.Timeout | undefined;
  #isLooking = false;

  private constructor(link: Link) {
    this.#link = link;
  }

  static of(link: Link): ServedCalls {
    const calls = callsOf.get(link) ?? new ServedCalls(link);
    callsOf.set(link, calls);
    return calls;
  }

  /** Whether a call that has come is still to be run. */
  receive(delivery: Delivery): Fitness {
    delivery.waitedMs = this.#clocks.waitedMs(delivery);
    const restMs = remainingMs(delivery);
    if (restMs !== undefined && restMs <= 0) return 'spent';
    const id = callIdOf(delivery);
    if (id === undefined) return 'wanted';
    if (this.#cancelled.has(id)) return 'cancelled';
    const running = this.#running.get(id);
    const { replyTo } = delivery.properties;
    if (running && replyTo) running.replyTo = replyTo;
    return 'wanted';
  }

  /** A call begins to run; it must {@link end}. Undefined for one without an id that could be told of, or without a caller. */
  begin(delivery: Delivery, work: Stoppable, server: Server): ServedCall | undefined {
    const id = callIdOf(delivery);
    const replyTo: unknown = delivery.properties.replyTo;
    if (id === undefined || typeof replyTo !== 'string' || replyTo === '') return undefined;
    const call = new ServedCall(id, work, replyTo, server);
    this.#running.set(id, call);
    this.#ticking ??= setInterval(() => void this.#tick(), tickMs).unref();
    return call;
  }

  end(call: ServedCall): void {
    if (this.#running.get(call.id) === call) this.#running.delete(call.id);
  }

  /** Who runs a call here, and for how long; undefined where nobody does. */
  running(id: string): RunningAt | undefined {
    const call = this.#running.get(id);
    return call && { name: call.server, forMs: call.forMs };
  }

  /** The caller has given up a call: here, on its way, or somewhere else. */
  cancel(id: string, reason: string, forMs: number): void {
    this.#cancelled.add(id, forMs);
    const call = this.#running.get(id);
    if (call) this.#stop(call, new CancelledError(`The caller has given it up: ${reason}`));
  }

  #stop(call: ServedCall, reason: Error): void {
    call.isUnwanted = true;
    call.work.stop(reason);
  }

  async #tick(): Promise<void> {
    if (this.#running.size === 0) {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }
    if (this.#isLooking) return;
    this.#isLooking = true;
    const now = performance.now();
    const due = [...this.#running.values()].filter(
      ({ checkAt, isUnwanted }) => checkAt <= now && !isUnwanted,
    );
    for (const address of new Set(due.map(({ replyTo }) => replyTo))) {
      const isFound = await isThere(this.#link, address);
      for (const call of due) if (call.replyTo === address) this.#seen(call, isFound);
    }
    this.#isLooking = false;
  }

  #seen(call: ServedCall, isFound: boolean): void {
    if (!isFound && call.isMissed)
      this.#stop(call, new CallerGoneError('The caller is gone: nobody takes the answer.'));
    call.isMissed = !isFound;
    call.checkAt = performance.now() + (isFound ? checkMs : secondLookMs);
  }
}

const callsOf = new WeakMap<Link, ServedCalls>();
