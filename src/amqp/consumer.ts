import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { ClosedError } from '../errors.js';
import type { Logger } from '../logger.js';
import { asTopologyError } from './broker-error.js';
import { ConsumerTimeouts, type OverdueRun } from './consumer-timeouts.js';
import { Copies } from './copies.js';
import type { Delivery } from './delivery.js';
import { Fifo } from './fifo.js';
import type { LastingConnection } from './lasting-connection.js';
import { LateAcks } from './late-acks.js';
import type { StreamOffset } from './stream-position.js';
import { Subscription, type SubscriptionHost } from './subscription.js';
import { Twins, twinOf } from './twins.js';
import { isSuspect, whyGivenUp } from './unfinished.js';

/** How a {@link Consumer} takes messages. */
export interface ConsumerOptions {
  /** How many unsettled messages the broker hands us, for each queue. @default 100 */
  readonly prefetch?: number | undefined;
  /** How many handlers run at once; 1 keeps the order. @default 1 */
  readonly concurrency?: number | undefined;
  /** Declares what the consumer needs again, after the broker has cancelled it (its queue was deleted). */
  readonly redeclare?: ((model: ChannelModel) => Promise<void>) | undefined;
  /** The arguments with which a queue was declared here, where that is known. */
  readonly argumentsOf?: ((queue: string) => Readonly<Record<string, unknown>>) | undefined;
  /** Settles a message that is not run, for the reason given. Without it such a message is run. */
  readonly giveUp?: ((delivery: Delivery, reason: Error) => void) | undefined;
  /** Puts a message at the end of its queue, as if it had never been handed out, and acks it here. */
  readonly putAnew?: ((delivery: Delivery) => void) | undefined;
}

/** How one queue is consumed. */
export interface ConsumeOptions {
  /**
   * What a refusal means, for whoever does not declare the queue himself: `throw` an error, or `retry` with back-off, until
   * the queue is there. @default 'throw'
   */
  readonly whenRefused?: 'throw' | 'retry' | undefined;
  /** Where to begin, if the queue is a stream. @default 'next' */
  readonly offset?: StreamOffset | undefined;
}

/** What was left when the time for draining ran out. */
export interface DrainReport {
  /** Handlers that were still running. Their messages go back to the queue. */
  readonly unfinished: number;
}

/**
 * Consumes queues, each by a {@link Subscription} that comes back by itself after whatever happens to channel, connection
 * or queue. Each delivery is given to `handle`; the next one starts when it returns or its promise ends, whether the
 * delivery is settled by then or not. `handle` must not throw.
 *
 * A message that may have ended the processes that ran it runs alone. One that the broker has taken back, since it was not
 * settled in time, does not hold up the others any more, and is not begun again while it runs.
 */
export class Consumer {
  readonly #connection: LastingConnection;
  readonly #handle: (delivery: Delivery) => void | Promise<void>;
  readonly #options: ConsumerOptions;
  readonly #host: SubscriptionHost;
  readonly #concurrency: number;
  readonly #subscriptions = new Map<string, Subscription>();
  /** The arguments with which each queue was declared, as far as that is known: asked for once. */
  readonly #declared = new Map<string, Readonly<Record<string, unknown>>>();
  /** Of queues that were left: they stay until what they have delivered is settled. */
  readonly #leaving = new Set<Subscription>();
  readonly #waiting = new Fifo<Delivery>();
  readonly #running = new Set<Delivery>();
  readonly #timeouts: ConsumerTimeouts;
  readonly #twins = new Twins();
  readonly #copies = new Copies();
  readonly #lateAcks = new LateAcks();
  readonly #idle = new Set<() => void>();
  readonly #rememberLateAck = (delivery: Delivery): void => this.#lateAcks.remember(delivery);
  /** The suspect that runs, beside which nothing else may begin. */
  #alone: Delivery | undefined;
  #stopped = false;

  constructor(
    connection: LastingConnection,
    handle: (delivery: Delivery) => void | Promise<void>,
    logger: Logger,
    options: ConsumerOptions = {},
  ) {
    const { prefetch = 100, concurrency = 1, redeclare } = options;
    this.#connection = connection;
    this.#handle = handle;
    this.#options = options;
    this.#concurrency = concurrency;
    this.#timeouts = new ConsumerTimeouts(logger, {
      argumentsOf: (queue) => this.#argumentsOf(queue),
      running: this.#running,
      waiting: () => this.#waiting.toArray().concat(this.#twins.all),
      returnWaiting: (queue) => this.#returnWaiting((delivery) => delivery.queue === queue, true),
    });
    this.#host = {
      connection,
      logger,
      prefetch,
      concurrency,
      redeclare,
      deliver: (delivery) => this.#take(delivery),
      isSuspect: (delivery) => this.#isSuspect(delivery),
      isTwin: (delivery) => twinOf(delivery, this.#allRunning()) !== undefined,
      returnWaiting: (acknowledger) => this.#returnWaiting((delivery) => delivery.isOf(acknowledger), false),
      overdue: (deliveries) => this.#takeBack(deliveries),
      settled: () => this.#checkIdle(),
      lost: () => this.#dropLost(),
    };
  }

  /** The queues that are meant to be consumed now, and whether the broker has agreed to each. */
  get queues(): readonly Pick<Subscription, 'queue' | 'active'>[] {
    return [...this.#subscriptions.values()];
  }

  /** Handlers that run on messages which the broker has taken back, since they took too long. */
  get overdue(): readonly OverdueRun[] {
    return this.#timeouts.runs;
  }

  /** True after {@link stop}. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Starts consuming a queue; one that is consumed already is left alone. While the connection is away it is noted, and
   * begins when the connection is back.
   * @throws TopologyError when the broker refuses (no such queue, or somebody has it for himself).
   */
  async consume(queue: string, { whenRefused = 'throw', offset }: ConsumeOptions = {}): Promise<void> {
    if (this.#stopped) throw new ClosedError('The consumer is stopped.');
    if (this.#subscriptions.has(queue)) return;
    this.#declared.set(queue, this.#options.argumentsOf?.(queue) ?? {});
    const traits = { declared: this.#argumentsOf(queue), offset };
    const subscription = new Subscription(queue, this.#host, traits);
    this.#subscriptions.set(queue, subscription);
    if (!this.#connection.model) return subscription.start();
    try {
      await subscription.open();
    } catch (thrown) {
      if (whenRefused === 'retry' && !this.#stopped) return subscription.start();
      this.#subscriptions.delete(queue);
      throw asTopologyError(thrown, `to let us consume queue '${queue}'`);
    }
  }

  /** Stops consuming one queue; what it has delivered and nobody started goes back to it. */
  async cancel(queue: string): Promise<void> {
    const subscription = this.#subscriptions.get(queue);
    if (!subscription) return;
    this.#subscriptions.delete(queue);
    this.#leaving.add(subscription);
    await subscription.cancel();
    // Only now: before the cancel, the broker would hand it to us again, and count that.
    this.#returnWaiting((delivery) => delivery.queue === queue, false);
    this.#checkIdle();
  }

  /**
   * Stops taking messages: nothing starts any more, and what was delivered but not started goes back to its queue.
   * Handlers that run go on, and their deliveries are settled. Safe to call at any time, also from a handler.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#subscriptions.keys()].map((queue) => this.cancel(queue)));
    this.#timeouts.stop();
  }

  /** Stops, waits for what runs, settles it, closes the channels. Never throws; after the time limit it closes anyway. */
  async drain({ timeoutMs }: { readonly timeoutMs: number }): Promise<DrainReport> {
    const limit = new AbortController();
    const timeout = sleep(timeoutMs, undefined, { signal: limit.signal }).catch(() => {});
    await Promise.race([this.stop().then(() => this.#whenIdle()), timeout]);
    limit.abort();
    const unfinished = this.#busy();
    await Promise.all([...this.#leaving].map((subscription) => subscription.close()));
    return { unfinished };
  }

  #take(delivery: Delivery): void {
    this.#waiting.push(delivery);
    this.#work();
    if (this.#waiting.length > 0 || this.#twins.held > 0) this.#timeouts.watch(delivery.queue);
  }

  #work(): void {
    while (this.#running.size < this.#concurrency && !this.#alone && !this.#stopped) {
      const delivery = this.#waiting.first;
      if (!delivery) return;
      const suspect = this.#isSuspect(delivery);
      if (suspect && this.#running.size > 0) return;
      this.#waiting.shift();
      if (this.#twins.holds(delivery, this.#allRunning())) continue;
      if (this.#isDone(delivery)) this.#drop(delivery);
      else if (!this.#isGivenUp(delivery)) this.#run(delivery, suspect);
    }
  }

  /** Done here when it was too late to say so, or the second copy of a failed message. */
  #isDone(delivery: Delivery): boolean {
    return this.#lateAcks.isDone(delivery) || this.#copies.isSecond(delivery);
  }

  #drop(delivery: Delivery): void {
    this.#host.logger.info(
      `A message of '${delivery.queue}' came a second time though it was done or put aside; it runs once.`,
    );
    delivery.ack();
  }

  #isGivenUp(delivery: Delivery): boolean {
    const { giveUp } = this.#options;
    const reason = giveUp && whyGivenUp(delivery, this.#argumentsOf(delivery.queue));
    if (reason) giveUp(delivery, reason);
    return reason !== undefined;
  }

  /** One that still runs here has ended no process. */
  #isSuspect(delivery: Delivery): boolean {
    if (!delivery.mayHaveRun || twinOf(delivery, this.#allRunning())) return false;
    return isSuspect(delivery, this.#argumentsOf(delivery.queue));
  }

  #run(delivery: Delivery, alone: boolean): void {
    this.#running.add(delivery);
    if (alone) this.#alone = delivery;
    delivery.whenAckedLate(this.#rememberLateAck);
    const handled = this.#begin(delivery);
    if (handled) void handled.then(() => this.#ended(delivery));
    else this.#leave(delivery);
  }

  /** What is thrown here would go up into the reading of the socket, and cost the connection again and again. */
  #begin(delivery: Delivery): void | Promise<void> {
    try {
      return this.#handle(delivery);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #leave(delivery: Delivery): void {
    this.#running.delete(delivery);
    if (this.#alone === delivery) this.#alone = undefined;
  }

  #ended(delivery: Delivery): void {
    this.#leave(delivery);
    this.#timeouts.ended(delivery);
    const freed = this.#twins.release(delivery);
    if (freed.length > 0) this.#waiting.putBack(freed);
    this.#checkIdle();
    this.#work();
  }

  /** The broker does not wait any more for the oldest of these: the others go on without them. */
  #takeBack(deliveries: readonly Delivery[]): void {
    for (const delivery of this.#timeouts.takeBack(deliveries)) this.#leave(delivery);
    this.#dropLost();
    this.#work();
  }

  /** A channel is gone, or the broker has taken something back: what was delivered and nobody started will come again. */
  #dropLost(): void {
    for (const delivery of this.#takeWaiting()) if (delivery.alive) this.#waiting.push(delivery);
    this.#checkIdle();
  }

  /** Gives back what has not begun. With `anew`, it is given back again and again, and must not be counted too often. */
  #returnWaiting(isMeant: (delivery: Delivery) => boolean, anew: boolean): void {
    for (const delivery of this.#takeWaiting()) {
      if (!isMeant(delivery)) this.#waiting.push(delivery);
      else if (anew && this.#options.putAnew && isWornOut(delivery)) this.#options.putAnew(delivery);
      else delivery.giveBack();
    }
  }

  #takeWaiting(): Delivery[] {
    return [...this.#twins.releaseAll(), ...this.#waiting.takeAll()];
  }

  *#allRunning(): Generator<Delivery> {
    yield* this.#running;
    yield* this.#timeouts.deliveries;
  }

  #argumentsOf(queue: string): Readonly<Record<string, unknown>> {
    return this.#declared.get(queue) ?? {};
  }

  async #whenIdle(): Promise<void> {
    while (this.#busy() > 0) await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  #checkIdle(): void {
    if (!this.#stopped) for (const subscription of this.#leaving) this.#leaveIfSettled(subscription);
    if (this.#idle.size === 0 || this.#busy() > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }

  #leaveIfSettled(subscription: Subscription): void {
    if (subscription.unsettled > 0) return;
    this.#leaving.delete(subscription);
    void subscription.close();
  }

  /** Handlers that run, or deliveries whose settlement waits for something else (a reply's confirm). */
  #busy(): number {
    const all = [...this.#subscriptions.values(), ...this.#leaving];
    const unsettled = all.reduce((sum, subscription) => sum + subscription.unsettled, 0);
    const running = this.#running.size + this.#timeouts.runs.length;
    return Math.max(running, unsettled - this.#waiting.length - this.#twins.held);
  }
}

/** How often a message may be given back where the broker counts that, before it is put at the end of its queue instead. */
const RETURNS = 10;

function isWornOut(delivery: Delivery): boolean {
  return delivery.deliveryCount >= RETURNS;
}
