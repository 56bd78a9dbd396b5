import { within } from '../../common/timers.js';
import { ClosedError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { asTopologyError } from '../connection/broker-error.js';
import type { RecoveringConnection } from '../connection/recovering-connection.js';
import { adviceOnMissing } from '../declaring/refusal-advice.js';
import type { ConsumeOptions, ConsumerOptions, DrainReport, Pace } from './consumer-options.js';
import { type ConsumerState, stateOf } from './consumer-state.js';
import { ConsumerTimeouts } from './consumer-timeouts.js';
import type { Delivery } from './delivery.js';
import { Duplicates } from './duplicates.js';
import { handlerRun } from './handler-run.js';
import { Idle } from './idle.js';
import { Subscription } from './subscription.js';
import type { SubscriptionHost } from './subscription-host.js';
import { Subscriptions } from './subscriptions.js';
import { isSuspect, whyGivenUp } from './unfinished.js';
import { Waiting } from './waiting.js';

/**
 * Consumes queues, each by a {@link Subscription} that comes back by itself. Each delivery is given to `handle`; the next one starts when
 * that returns or its promise ends, whether the delivery is settled by then or not. `handle` must not throw.
 *
 * A message that may have ended the processes that ran it runs alone. One that the broker has taken back, since it was not
 * settled in time, does not hold up the others any more, and is not begun again while it runs.
 */
export class Consumer {
  readonly #handle: (delivery: Delivery) => void | Promise<void>;
  readonly #options: ConsumerOptions;
  readonly #host: SubscriptionHost;
  readonly #subscriptions = new Subscriptions();
  /** The arguments with which each queue was declared, as far as that is known: asked for once. */
  readonly #declared = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #running = new Set<Delivery>();
  readonly #timeouts: ConsumerTimeouts;
  readonly #duplicates = new Duplicates(() => [...this.#running, ...this.#timeouts.deliveries]);
  readonly #waiting = new Waiting(this.#duplicates);
  readonly #idle = new Idle(() => this.#busy());
  /** The suspect that runs, beside which nothing else may begin. */
  #alone: Delivery | undefined;
  #stopped = false;

  constructor(
    connection: RecoveringConnection,
    handle: (delivery: Delivery) => void | Promise<void>,
    logger: Logger,
    options: ConsumerOptions = {},
  ) {
    const { prefetch = 100, concurrency = 1, redeclare } = options;
    this.#handle = handle;
    this.#options = options;
    this.#timeouts = new ConsumerTimeouts(logger, {
      argumentsOf: this.#argumentsOf,
      running: this.#running,
      waiting: () => this.#waiting.all,
      returnWaiting: (queue) => this.#waiting.giveBack((each) => each.queue === queue, this.#giveBackAgain),
      isFull: () => this.#running.size >= this.#host.concurrency || this.#alone !== undefined,
      slowHandlerMs: options.slowHandlerMs,
    });
    this.#host = {
      connection,
      logger,
      prefetch,
      concurrency,
      redeclare,
      deliver: this.#take,
      isSuspect: this.#isSuspect,
      isTwin: (delivery) => this.#duplicates.runs(delivery),
      returnWaiting: (acknowledger) => this.#waiting.giveBack((each) => each.isOf(acknowledger)),
      overdue: (deliveries) => this.#takeBack(deliveries),
      settled: () => this.#checkIdle(),
      lost: () => this.#dropLost(),
    };
  }

  /** The queues that are meant to be consumed now, and whether the broker has agreed to each. */
  get queues(): readonly Pick<Subscription, 'queue' | 'active' | 'isStream' | 'traits'>[] {
    return this.#subscriptions.open;
  }

  /** Takes more at once, or less, from now on. */
  tune(pace: Partial<Pace>): void {
    Object.assign(this.#host, pace);
    if (pace.prefetch !== undefined) for (const each of this.#subscriptions.open) each.refresh();
    this.#work();
  }

  /** What runs, and what waits. */
  get state(): ConsumerState {
    const held = this.#options.held?.() ?? { running: this.#running, waiting: this.#waiting.all };
    return stateOf(this.#host, this.queues, held, this.#timeouts);
  }

  /** True after {@link stop}. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Starts consuming a queue; one that is consumed already is left alone. While the connection is away it is noted, and begins later.
   * @throws TopologyError when the broker refuses (no such queue, or another connection has it exclusively).
   */
  async consume(queue: string, { whenRefused = 'throw', ...args }: ConsumeOptions = {}): Promise<void> {
    if (this.#stopped) throw new ClosedError('The consumer is stopped.');
    if (this.#subscriptions.has(queue)) return;
    this.#declared.set(queue, this.#options.argumentsOf?.(queue) ?? {});
    const subscription = new Subscription(queue, this.#host, { ...args, declared: this.#argumentsOf(queue) });
    this.#subscriptions.add(subscription);
    if (!this.#host.connection.model) return subscription.start();
    try {
      await subscription.open();
    } catch (thrown) {
      if (whenRefused === 'retry' && !this.#stopped) return subscription.start();
      this.#subscriptions.drop(subscription);
      throw asTopologyError(thrown, `to let us consume queue '${queue}'`, adviceOnMissing);
    }
  }

  /** Stops consuming one queue; what that has delivered and what was not begun goes back to it. */
  async cancel(queue: string): Promise<void> {
    await this.#subscriptions.leave(queue);
    // Only now: before the cancel, the broker would hand it to us again, and count that.
    this.#waiting.giveBack((delivery) => delivery.queue === queue);
    this.#checkIdle();
  }

  /**
   * Stops taking messages: nothing starts any more, and what was delivered but not started goes back to its queue.
   * Handlers that run go on, and their deliveries are settled. Safe to call at any time, also from a handler.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#subscriptions.open.map(({ queue }) => this.cancel(queue)));
    this.#timeouts.stop();
  }

  /** Stops, waits for what runs, settles it, closes the channels. Never throws; after the time limit it closes anyway. */
  async drain({ timeoutMs }: { readonly timeoutMs: number }): Promise<DrainReport> {
    const finished = this.stop().then(() => this.#idle.wait());
    await within(finished, timeoutMs, () => {});
    const report = { unfinished: this.#busy(), runs: [...this.#running].map(handlerRun) };
    await this.#subscriptions.closeLeft();
    return report;
  }

  readonly #take = (delivery: Delivery): void => {
    this.#waiting.push(delivery);
    this.#work();
    if (!this.#waiting.isEmpty) this.#timeouts.watch(delivery.queue);
  };

  #work(): void {
    while (this.#running.size < this.#host.concurrency && !this.#alone && !this.#stopped) {
      const delivery = this.#waiting.first;
      if (!delivery) return;
      // Most come for the first time, and need not be asked any of this.
      const { mayHaveRun } = delivery;
      const suspect = mayHaveRun && this.#isSuspect(delivery);
      if (suspect && this.#running.size > 0) return;
      this.#waiting.shift();
      if (this.#duplicates.holds(delivery)) continue;
      if (this.#duplicates.drops(delivery, this.#host.logger)) continue;
      if (!mayHaveRun || !this.#isGivenUp(delivery)) this.#run(delivery, suspect);
    }
  }

  #isGivenUp(delivery: Delivery): boolean {
    const { giveUp } = this.#options;
    const reason = giveUp && whyGivenUp(delivery, this.#argumentsOf(delivery.queue));
    if (reason) giveUp(delivery, reason);
    return reason !== undefined;
  }

  /** One that still runs here has ended no process. */
  readonly #isSuspect = (delivery: Delivery): boolean =>
    delivery.mayHaveRun &&
    !this.#duplicates.runs(delivery) &&
    isSuspect(delivery, this.#argumentsOf(delivery.queue));

  #run(delivery: Delivery, alone: boolean): void {
    this.#running.add(delivery);
    if (alone) this.#alone = delivery;
    this.#duplicates.begun(delivery);
    const handled = this.#begin(delivery);
    if (handled) return void handled.then(() => this.#ended(delivery));
    this.#leave(delivery);
    this.#duplicates.ended(delivery, this.#resume);
  }

  /** What is thrown here would go up into the reading of the socket, and cost the connection again and again. */
  #begin(delivery: Delivery): void | Promise<void> {
    try {
      return delivery.run(this.#handle);
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
    this.#duplicates.ended(delivery, this.#resume);
    this.#checkIdle();
    this.#work();
  }

  /** What has waited for another delivery of the same message comes first. */
  readonly #resume = (waited: readonly Delivery[]): void => {
    if (waited.length === 0) return;
    this.#waiting.putBack(waited);
    this.#work();
  };

  /** The broker does not wait any more for the oldest of these: the others go on without them. */
  #takeBack(deliveries: readonly Delivery[]): void {
    for (const delivery of this.#timeouts.takeBack(deliveries)) this.#leave(delivery);
    this.#dropLost();
    this.#work();
  }

  /** What was delivered on a channel that is gone, and nobody started, will come again. */
  #dropLost(): void {
    this.#waiting.dropLost();
    this.#checkIdle();
  }

  /** What goes back again and again must not be counted too often. */
  readonly #giveBackAgain = (delivery: Delivery): void =>
    this.#duplicates.giveBack(delivery, this.#resume, this.#options.putAnew);

  readonly #argumentsOf = (queue: string): Readonly<Record<string, unknown>> =>
    this.#declared.get(queue) ?? {};

  #checkIdle(): void {
    if (!this.#stopped) this.#subscriptions.closeSettled();
    this.#idle.check();
  }

  /** Handlers that run, or deliveries whose settlement waits for something else (a reply's confirm). */
  #busy(): number {
    const open = this.#subscriptions.unsettled - this.#waiting.all.length;
    return Math.max(this.#running.size + this.#timeouts.runs.length, open);
  }
}
