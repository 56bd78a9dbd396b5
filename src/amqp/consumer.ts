import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelModel } from 'amqplib';
import { ClosedError } from '../errors.js';
import type { Logger } from '../logger.js';
import { asTopologyError } from './broker-error.js';
import { Copies } from './copies.js';
import type { Delivery } from './delivery.js';
import { Fifo } from './fifo.js';
import type { LastingConnection } from './lasting-connection.js';
import { Subscription, type SubscriptionHost } from './subscription.js';
import { Twins } from './twins.js';

/** How a {@link Consumer} takes messages. */
export interface ConsumerOptions {
  /** How many unsettled messages the broker hands us, for each queue. @default 100 */
  readonly prefetch?: number | undefined;
  /** How many handlers run at once; 1 keeps the order. @default 1 */
  readonly concurrency?: number | undefined;
  /** Declares what the consumer needs again, after the broker has cancelled it (its queue was deleted). */
  readonly redeclare?: ((model: ChannelModel) => Promise<void>) | undefined;
}

/** How one queue is consumed. */
export interface ConsumeOptions {
  /**
   * What a refusal means, for whoever does not declare the queue himself: `throw` an error, or `retry` with back-off, until
   * the queue is there. @default 'throw'
   */
  readonly whenRefused?: 'throw' | 'retry' | undefined;
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
 */
export class Consumer {
  readonly #connection: LastingConnection;
  readonly #handle: (delivery: Delivery) => void | Promise<void>;
  readonly #host: SubscriptionHost;
  readonly #concurrency: number;
  readonly #subscriptions = new Map<string, Subscription>();
  /** Of queues that were left: they stay until what they have delivered is settled. */
  readonly #leaving = new Set<Subscription>();
  readonly #waiting = new Fifo<Delivery>();
  readonly #running = new Set<Delivery>();
  readonly #twins = new Twins();
  readonly #copies = new Copies();
  readonly #idle = new Set<() => void>();
  #stopped = false;

  constructor(
    connection: LastingConnection,
    handle: (delivery: Delivery) => void | Promise<void>,
    logger: Logger,
    { prefetch = 100, concurrency = 1, redeclare }: ConsumerOptions = {},
  ) {
    this.#connection = connection;
    this.#handle = handle;
    this.#concurrency = concurrency;
    this.#host = {
      connection,
      logger,
      prefetch,
      redeclare,
      deliver: (delivery) => this.#take(delivery),
      settled: () => this.#checkIdle(),
      lost: () => this.#dropLost(),
    };
  }

  /** The queues that are meant to be consumed now, and whether the broker has agreed to each. */
  get queues(): readonly Pick<Subscription, 'queue' | 'active'>[] {
    return [...this.#subscriptions.values()];
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
  async consume(queue: string, { whenRefused = 'throw' }: ConsumeOptions = {}): Promise<void> {
    if (this.#stopped) throw new ClosedError('The consumer is stopped.');
    if (this.#subscriptions.has(queue)) return;
    const subscription = new Subscription(queue, this.#host);
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
    this.#giveBack(queue);
    this.#checkIdle();
  }

  /**
   * Stops taking messages: nothing starts any more, and what was delivered but not started goes back to its queue.
   * Handlers that run go on, and their deliveries are settled. Safe to call at any time, also from a handler.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#subscriptions.keys()].map((queue) => this.cancel(queue)));
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
  }

  #work(): void {
    while (this.#running.size < this.#concurrency && !this.#stopped) {
      const delivery = this.#waiting.shift();
      if (!delivery) return;
      if (this.#twins.holds(delivery, this.#running)) continue;
      if (this.#copies.isSecond(delivery)) this.#drop(delivery);
      else this.#run(delivery);
    }
  }

  #drop(delivery: Delivery): void {
    this.#host.logger.info(
      `A message of '${delivery.queue}' came a second time after it had failed; it runs once.`,
    );
    delivery.ack();
  }

  #run(delivery: Delivery): void {
    this.#running.add(delivery);
    const handled = this.#begin(delivery);
    if (handled) void handled.then(() => this.#ended(delivery));
    else this.#running.delete(delivery);
  }

  /** What is thrown here would go up into the reading of the socket, and cost the connection again and again. */
  #begin(delivery: Delivery): void | Promise<void> {
    try {
      return this.#handle(delivery);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  #ended(delivery: Delivery): void {
    this.#running.delete(delivery);
    const freed = this.#twins.release(delivery);
    if (freed.length > 0) this.#waiting.putBack(freed);
    this.#checkIdle();
    this.#work();
  }

  /** A channel is gone: what it has delivered and nobody started will come again. */
  #dropLost(): void {
    for (const delivery of this.#takeWaiting()) if (delivery.alive) this.#waiting.push(delivery);
    this.#checkIdle();
  }

  /** Gives back what has not begun. Only after the cancel: before it, the broker would hand it to us again, and count that. */
  #giveBack(queue: string): void {
    for (const delivery of this.#takeWaiting()) {
      if (delivery.queue === queue) delivery.giveBack();
      else this.#waiting.push(delivery);
    }
  }

  #takeWaiting(): Delivery[] {
    return [...this.#twins.releaseAll(), ...this.#waiting.takeAll()];
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
    return Math.max(this.#running.size, unsettled - this.#waiting.length - this.#twins.held);
  }
}
