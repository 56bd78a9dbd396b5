import { setTimeout as sleep } from 'node:timers/promises';
import { type Channel, type ChannelModel, type ConsumeMessage, IllegalOperationError } from 'amqplib';
import { ClosedError, toError } from '../errors.js';
import type { Logger } from '../logger.js';
import { Acknowledger } from './acknowledger.js';
import { delayBefore, reconnectBackOff } from './back-off.js';
import { asTopologyError } from './broker-error.js';
import { Delivery } from './delivery.js';
import { Fifo } from './fifo.js';
import { LastingChannel } from './lasting-channel.js';
import type { LastingConnection } from './lasting-connection.js';

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
   * the queue is there. A refusal closes the channel, so queues that may be missing need a consumer each. @default 'throw'
   */
  readonly whenRefused?: 'throw' | 'retry' | undefined;
}

/** What was left when the time for draining ran out. */
export interface DrainReport {
  /** Handlers that were still running. Their messages go back to the queue. */
  readonly unfinished: number;
}

/**
 * Consumes queues on one channel and comes back by itself after whatever happens to channel, connection or queue.
 * Each delivery is given to `handle`; the next one starts when it returns or its promise ends, whether the delivery
 * is settled by then or not. `handle` must not throw.
 */
export class Consumer {
  readonly #connection: LastingConnection;
  readonly #channel: LastingChannel<Channel>;
  readonly #handle: (delivery: Delivery) => void | Promise<void>;
  readonly #logger: Logger;
  readonly #prefetch: number;
  readonly #concurrency: number;
  readonly #redeclare: ((model: ChannelModel) => Promise<void>) | undefined;
  readonly #queues = new Map<string, { tag: string | undefined }>();
  readonly #waiting = new Fifo<Delivery>();
  readonly #idle = new Set<() => void>();
  #acknowledger: Acknowledger | undefined;
  #running = 0;
  #refused = false;
  #stopped = false;

  constructor(
    connection: LastingConnection,
    handle: (delivery: Delivery) => void | Promise<void>,
    logger: Logger,
    options: ConsumerOptions = {},
  ) {
    this.#connection = connection;
    this.#handle = handle;
    this.#logger = logger;
    this.#prefetch = options.prefetch ?? 100;
    this.#concurrency = options.concurrency ?? 1;
    this.#redeclare = options.redeclare;
    const role = {
      open: (model: ChannelModel) => model.createChannel(),
      setUp: (channel: Channel) => this.#setUp(channel),
      onUp: () => {},
      onDown: () => this.#abandon(),
    };
    this.#channel = new LastingChannel(connection, role, logger);
  }

  /** The queues that are meant to be consumed now. */
  get queues(): readonly string[] {
    return [...this.#queues.keys()];
  }

  /** True after {@link stop}. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Opens the channel. Its connection must have been opened before. */
  async open(): Promise<void> {
    await this.#channel.open();
  }

  /**
   * Starts consuming a queue; one that is consumed already is left alone. While the connection is away it is noted, and
   * begins when the connection is back.
   * @throws TopologyError when the broker refuses (no such queue, or somebody has it for himself).
   */
  async consume(queue: string, { whenRefused = 'throw' }: ConsumeOptions = {}): Promise<void> {
    if (this.#stopped) throw new ClosedError('The consumer is stopped.');
    if (this.#queues.has(queue)) return;
    this.#queues.set(queue, { tag: undefined });
    const channel = this.#channel.channel;
    if (!channel) return;
    try {
      await this.#start(channel, queue);
    } catch (thrown) {
      // The channel comes back by itself, and begins with all queues that stand here.
      if (whenRefused === 'retry') return;
      this.#queues.delete(queue);
      throw asTopologyError(thrown, `to let us consume queue '${queue}'`);
    }
  }

  /** Stops consuming one queue; what it has delivered and nobody started goes back to it. */
  async cancel(queue: string): Promise<void> {
    const tag = this.#queues.get(queue)?.tag;
    this.#queues.delete(queue);
    if (tag !== undefined) await this.#channel.channel?.cancel(tag).catch(() => {});
    this.#giveBack(queue);
  }

  /**
   * Stops taking messages: nothing starts any more, and what was delivered but not started goes back to its queue.
   * Handlers that run go on, and their deliveries are settled. Safe to call at any time, also from a handler.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#queues.keys()].map((queue) => this.cancel(queue)));
  }

  /** Stops, waits for what runs, settles it, closes the channel. Never throws; after the time limit it closes anyway. */
  async drain({ timeoutMs }: { readonly timeoutMs: number }): Promise<DrainReport> {
    const limit = new AbortController();
    const timeout = sleep(timeoutMs, undefined, { signal: limit.signal }).catch(() => {});
    await Promise.race([this.stop().then(() => this.#whenIdle()), timeout]);
    limit.abort();
    const unfinished = this.#busy();
    this.#acknowledger?.flush();
    await this.#channel.close();
    this.#abandon();
    return { unfinished };
  }

  async #setUp(channel: Channel): Promise<void> {
    const acknowledger = new Acknowledger(channel, () => this.#checkIdle());
    this.#acknowledger = acknowledger;
    channel.on('close', () => acknowledger.abandon());
    // A queue that was refused last time may be gone: then it must be declared first.
    if (this.#refused && this.#connection.model) await this.#redeclare?.(this.#connection.model);
    this.#refused = true;
    await channel.prefetch(this.#prefetch);
    for (const queue of this.#queues.keys()) await this.#start(channel, queue);
    this.#refused = false;
  }

  async #start(channel: Channel, queue: string): Promise<void> {
    const acknowledger = this.#acknowledger as Acknowledger;
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message) this.#take(queue, message, acknowledger);
      else void this.#resume(channel, queue);
    });
    const entry = this.#queues.get(queue);
    if (entry) {
      entry.tag = consumerTag;
      return;
    }
    await channel.cancel(consumerTag).catch(() => {});
    this.#giveBack(queue);
  }

  #take(queue: string, message: ConsumeMessage, acknowledger: Acknowledger): void {
    this.#waiting.push(new Delivery(queue, message, acknowledger));
    this.#work();
  }

  #work(): void {
    while (this.#running < this.#concurrency && !this.#stopped) {
      const delivery = this.#waiting.shift();
      if (!delivery) return;
      this.#running++;
      const handled = this.#handle(delivery);
      if (handled) void handled.then(this.#next);
      else this.#running--;
    }
  }

  readonly #next = (): void => {
    this.#running--;
    this.#checkIdle();
    this.#work();
  };

  /** The broker has cancelled us, as it does when the queue is deleted: declare it again and go on. */
  async #resume(channel: Channel, queue: string): Promise<void> {
    this.#logger.warn(
      `The broker stopped delivering from queue '${queue}' (deleted or moved). Consuming it again.`,
    );
    for (let attempt = 1; this.#queues.has(queue) && this.#channel.channel === channel; attempt++) {
      try {
        if (this.#connection.model) await this.#redeclare?.(this.#connection.model);
        return await this.#start(channel, queue);
      } catch (thrown) {
        if (thrown instanceof IllegalOperationError) return;
        this.#logger.error(`Queue '${queue}': ${toError(thrown).message}. Trying again.`);
        await sleep(delayBefore(attempt, reconnectBackOff));
      }
    }
  }

  /** The channel is gone: what waits here will be delivered again, what runs cannot be settled any more. */
  #abandon(): void {
    this.#waiting.takeAll();
    this.#acknowledger?.abandon();
  }

  /** Gives back what has not begun. Only after the cancel: before it, the broker would hand it to us again, and count that. */
  #giveBack(queue: string): void {
    for (const delivery of this.#waiting.takeAll()) {
      if (delivery.queue === queue) delivery.giveBack();
      else this.#waiting.push(delivery);
    }
  }

  async #whenIdle(): Promise<void> {
    while (this.#busy() > 0) await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  #checkIdle(): void {
    if (this.#busy() > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }

  /** Handlers that run, or deliveries whose settlement waits for something else (a reply's confirm). */
  #busy(): number {
    const begun = (this.#acknowledger?.unsettled ?? 0) - this.#waiting.length;
    return Math.max(this.#running, begun);
  }
}
