import { startTimer } from '../../common/timers.js';
import type { Logger } from '../../logger.js';
import type { Delivery } from './delivery.js';
import { type HandlerRun, handlerRun, hasWaited, runSentence } from './handler-run.js';

/** How long RabbitMQ waits for an ack where nobody has said otherwise (RabbitMQ docs, Consumers). */
const DEFAULT_TIMEOUT_MS = 1_800_000;

/** Half of this part is how often it is looked: so nothing waits here for longer than a third of the broker's time. */
const PART = 3;

/** What runs is overdue when it has run for nearly as long as the first that the broker took back: clocks differ. */
const TOLERANCE = 0.9;

/** Where nobody has said how long the broker waits, it waits for no less: a cancel has other reasons before. */
const LEAST_TIMEOUT_MS = 1_000;

/**
 * Whether the broker may have cancelled a consumer because one of its deliveries was not settled in time; it says no reason.
 * @param declared the arguments with which the queue was declared, where they are known.
 */
export function isAnyLate(
  deliveries: Iterable<Delivery>,
  declared: Readonly<Record<string, unknown>>,
): boolean {
  const own = Number(declared['x-consumer-timeout']);
  const atLeastMs = (own > 0 ? own : LEAST_TIMEOUT_MS) * TOLERANCE;
  return [...deliveries].some(({ ageMs }) => ageMs >= atLeastMs);
}

/** Handlers that have run for longer than they should. */
export interface SlowHandlers {
  /** The longest first. */
  readonly runs: readonly HandlerRun[];
  /** How many messages wait behind them, where all that may run at once are such; else 0. */
  readonly stuck: number;
}

/** What {@link ConsumerTimeouts} needs from its consumer. */
export interface TimeoutsHost {
  /** The arguments with which a queue was declared, where they are known. */
  argumentsOf(queue: string): Readonly<Record<string, unknown>>;
  /** What runs and holds a slot. */
  readonly running: ReadonlySet<Delivery>;
  /** What was delivered and has not begun. */
  waiting(): readonly Delivery[];
  /** Gives back what has not begun of a queue. */
  returnWaiting(queue: string): void;
  /** Whether nothing more may begin before something that runs has ended. */
  isFull(): boolean;
  /** @see ConsumerOptions.slowHandlerMs */
  readonly slowHandlerMs: number | undefined;
}

/**
 * The time within which the broker wants each message settled, also those that only wait here. What waits goes back before
 * it is late. What ran for too long is with the broker again: its handler goes on, but holds up nobody.
 */
export class ConsumerTimeouts {
  readonly #logger: Logger;
  readonly #host: TimeoutsHost;
  readonly #overdue = new Set<Delivery>();
  /** Told of already: what waits behind them goes back each time, one line is enough. */
  readonly #blamed = new WeakSet<Delivery>();
  /** Found out when the broker took something back: not all that may set the time is known here. */
  readonly #learnt = new Map<string, number>();
  #stopTimer: (() => void) | undefined;
  #timerMs = Number.POSITIVE_INFINITY;

  constructor(logger: Logger, host: TimeoutsHost) {
    this.#logger = logger;
    this.#host = host;
  }

  /** Deliveries that were taken back and whose handlers still run. */
  get deliveries(): Iterable<Delivery> {
    return this.#overdue;
  }

  get runs(): readonly HandlerRun[] {
    return Array.from(this.#overdue, handlerRun);
  }

  /** What runs for longer than it should, whatever the broker says to that. */
  get slow(): SlowHandlers {
    const { running, slowHandlerMs = DEFAULT_TIMEOUT_MS / 2 } = this.#host;
    const slow = [...running].filter(({ runMs }) => runMs >= slowHandlerMs);
    const isStuck = slow.length === running.size && this.#host.isFull();
    return { runs: slow.map(handlerRun), stuck: isStuck ? this.#host.waiting().length : 0 };
  }

  /** Something of a queue waits: from now on it is looked whether it has waited for too long. */
  watch(queue: string): void {
    const checkMs = this.#checkMs(queue);
    if (checkMs === Number.POSITIVE_INFINITY || (this.#stopTimer && this.#timerMs <= checkMs)) return;
    this.stop();
    this.#timerMs = checkMs;
    this.#stopTimer = startTimer(checkMs, () => this.#look(), { ref: false });
  }

  /** Nothing waits any more. */
  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  /** A handler has ended. */
  ended(delivery: Delivery): void {
    this.#overdue.delete(delivery);
  }

  /** Of these deliveries of one channel the broker has taken back those that are older than it waits. Gives those that run. */
  takeBack(all: readonly Delivery[]): readonly Delivery[] {
    const oldest = Math.max(...all.map(({ ageMs }) => ageMs));
    for (const { queue } of all.slice(0, 1)) this.#learn(queue, oldest);
    const late = all.filter(({ queue, ageMs }) => ageMs >= this.#timeoutMs(queue) * TOLERANCE);
    const runs = late.filter((delivery) => this.#host.running.has(delivery));
    for (const delivery of late) delivery.takeBack();
    for (const run of runs) this.#tell(run);
    return runs;
  }

  #look(): void {
    this.#stopTimer = undefined;
    const waiting = this.#host.waiting();
    const isLate = ({ queue, ageMs }: Delivery): boolean => ageMs >= this.#checkMs(queue);
    for (const queue of new Set(waiting.filter(isLate).map(({ queue }) => queue))) {
      this.#tellOfWaiting(queue, waiting);
      this.#host.returnWaiting(queue);
    }
    for (const { queue } of this.#host.waiting()) this.watch(queue);
  }

  #tell(run: Delivery): void {
    this.#overdue.add(run);
    this.#logger.warn(
      `${runSentence(run)}: longer than the broker waits (consumer_timeout), so it has taken the message back. The handler goes on, and ` +
        `meanwhile the message is not begun again here. ${hasWaited(run) ? lessWaiting : 'Make the handler shorter'}, or declare ` +
        'the queue with a longer x-consumer-timeout.',
    );
  }

  #tellOfWaiting(queue: string, waiting: readonly Delivery[]): void {
    const blamed = [...this.#host.running].find((each) => each.queue === queue);
    if (!blamed || this.#blamed.has(blamed)) return;
    this.#blamed.add(blamed);
    const count = waiting.filter((each) => each.queue === queue).length;
    this.#logger.warn(
      `${runSentence(blamed)}; ${count} that waited behind it go back to the queue, before the broker takes them. ` +
        `${lessWaiting}.`,
    );
  }

  #learn(queue: string, ageMs: number): void {
    this.#learnt.set(queue, Math.min(ageMs, this.#learnt.get(queue) ?? Number.POSITIVE_INFINITY));
  }

  /** The shortest that is known: a queue's own, and what the broker was seen to wait. */
  #timeoutMs(queue: string): number {
    const declared = Number(this.#host.argumentsOf(queue)['x-consumer-timeout'] ?? DEFAULT_TIMEOUT_MS);
    const own = declared > 0 ? declared : DEFAULT_TIMEOUT_MS;
    return Math.min(own, this.#learnt.get(queue) ?? Number.POSITIVE_INFINITY);
  }

  /** What is given back to a stream is passed over: it may wait here. */
  #checkMs(queue: string): number {
    if (this.#host.argumentsOf(queue)['x-queue-type'] === 'stream') return Number.POSITIVE_INFINITY;
    return this.#timeoutMs(queue) / PART / 2;
  }
}

const lessWaiting = 'Let fewer wait (prefetch), run more at once (concurrency), or make the handler shorter';
