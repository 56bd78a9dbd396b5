import {
  type Consumer,
  type ConsumerOptions,
  checkConsuming,
  type Delivery,
  type DrainReport,
  Lease,
  type Link,
  type LinkEvents,
  type LinkHealth,
} from '../../amqp/index.js';
import { usualDrainMs } from '../../common/drain-limit.js';
import { refuseGenerator } from '../../common/generators.js';
import { duration } from '../../common/numbers.js';
import { ClosedError } from '../../errors.js';
import { type Member, NetworkNode } from '../../network/index.js';
import { consumerArgumentsOf, type Eqks, type QueueKey, queueName } from '../destinations.js';
import type { ExchangeClass } from '../exchange.js';
import { type Bound, BoundQueues } from './bound-queues.js';
import type { DeliveryCallback, GenericConsumerOptions } from './consumer-options.js';
import { guardCallback } from './guarded-callback.js';

/**
 * Takes raw deliveries from queues: for a handler table, see MessageProcessor. It declares exchanges, queues and
 * bindings, and does so again after each reconnect.
 */
export class GenericConsumer {
  /** Where to take from: each exchange with its queues and keys. */
  static readonly eqks: Eqks = [];
  /** The virtual host. @default the connection's */
  static readonly vhost: string | undefined = undefined;
  /** How many unsettled messages of each queue wait in this process. @default 100 */
  static readonly prefetch: number = 100;
  /** How many callbacks run at once; 1 keeps the order. @default 1 */
  static readonly concurrency: number = 1;

  readonly #lease: Lease;
  readonly #eqks: Eqks;
  readonly #options: ConsumerOptions;
  readonly #queues: BoundQueues;
  readonly #member: Member | undefined;
  #consumer: Consumer | undefined;
  #opening: Promise<Consumer> | undefined;
  #isConsuming = false;
  #callback: DeliveryCallback | undefined;
  #closing: Promise<DrainReport> | undefined;

  constructor(options: GenericConsumerOptions = {}) {
    const Class = new.target;
    const { prefetch = Class.prefetch, concurrency = Class.concurrency, slowHandlerMs } = options;
    this.#lease = new Lease({ ...options, vhost: options.vhost ?? Class.vhost });
    this.#queues = new BoundQueues(this.#lease);
    this.#member = options.member;
    this.#eqks = options.eqks && options.eqks.length > 0 ? options.eqks : Class.eqks;
    this.#options = { prefetch, concurrency, slowHandlerMs };
    checkConsuming(Class.name, this.#options);
  }

  /** Its way to the broker, taken when it is first needed. @throws ClosedError when this was closed before that */
  get link(): Link {
    return this.#lease.link;
  }

  /** The virtual host that it takes from. */
  get vhost(): string {
    return this.#lease.vhost;
  }

  /** What happens to its connections, as it happens. */
  get events(): LinkEvents {
    return this.#lease.events;
  }

  /** The names of the queues that are bound here. */
  get queues(): readonly string[] {
    return this.#queues.names;
  }

  /** True from when {@link startConsuming} has ended until it is told to stop. */
  get consuming(): boolean {
    return this.#isConsuming;
  }

  /** How the link is, and the queues that are consumed here, by asking the broker. */
  async health(): Promise<LinkHealth> {
    return await this.#lease.health({ consumers: this.#consumer ? [this.#consumer] : [] });
  }

  /** Whether a queue was declared here with a dead-letter exchange; one that a policy of the broker adds is not seen. */
  hasDeadLetterExchange(queue: string): boolean {
    return this.#queues.hasDeadLetterExchange(queue);
  }

  /** Connects, and declares and binds everything in `eqks`. @throws ConnectError, TopologyError, ClosedError */
  async open(): Promise<this> {
    await this.#lease.wait(this.link.openConsuming());
    await this.#declare(this.#eqks.flatMap(([exchange, keys]) => keys.map((key) => ({ exchange, key }))));
    return this;
  }

  /** Declares a queue and binds it; it is consumed too if consuming has started. @throws TopologyError */
  async bind(
    exchange: ExchangeClass,
    queue: QueueKey[0],
    routingKey: string,
    args?: QueueKey[2],
  ): Promise<void> {
    const key: QueueKey = args ? [queue, routingKey, args] : [queue, routingKey];
    await this.#declare([{ exchange, key }]);
    await this.#consumer?.consume(queueName(queue), consumerArgumentsOf(queue));
  }

  /** @internal Hears of calls that their callers have given up, as they come to the queues that are bound here, now or later. */
  async hearCancels(): Promise<void> {
    await this.#queues.hearCancels();
  }

  /** Takes a binding away; the queue stays, and is still consumed for what else is bound to it. */
  async unbind(
    exchange: ExchangeClass,
    queue: QueueKey[0],
    routingKey: string,
    args?: QueueKey[2],
  ): Promise<void> {
    await this.#queues.unbind({ exchange, key: args ? [queue, routingKey, args] : [queue, routingKey] });
  }

  /** Stops consuming one queue and forgets its bindings; an auto-delete queue goes away when nobody else consumes it. */
  async leaveQueue(queue: string): Promise<void> {
    this.#queues.leave(queue);
    await this.#consumer?.cancel(queue);
  }

  /**
   * Starts consuming all queues. Each delivery must be settled once, by {@link ack} or {@link reject}.
   * @param giveUp told of a message that came back so often that it is not run any more; it must settle it, too. Without it
   *   such a message is run.
   * @throws TopologyError when the broker refuses a queue.
   */
  async startConsuming(
    callback: DeliveryCallback,
    { giveUp, seal }: Pick<ConsumerOptions, 'giveUp' | 'seal'> = {},
  ): Promise<void> {
    this.#refuseWhenClosed();
    refuseGenerator(callback, 'The callback of a consumer');
    this.#callback = callback;
    // Kept before anything is awaited: whoever starts it twice at once starts one consumer.
    this.#opening ??= this.#openConsumer({ giveUp, seal });
    const consumer = await this.#lease.wait(this.#opening);
    for (const [queue, args] of this.#queues) await this.#lease.wait(consumer.consume(queue, args));
    if (this.#member) NetworkNode.of(this.link).add(this.#member);
    this.#isConsuming = !consumer.stopped;
  }

  /** Takes no more messages; what nobody has started goes back to its queue. What runs may still be settled. */
  async stopConsuming(): Promise<void> {
    this.#isConsuming = false;
    // n.b. nothing is awaited where it runs already: nothing more may begin, from now on.
    if (!this.#consumer) await this.#opening?.catch(() => {});
    await this.#consumer?.stop();
  }

  /** Done: the broker forgets the message. */
  ack(delivery: Delivery): void {
    delivery.ack();
  }

  /** Refused: dropped or dead-lettered; given back to the queue with `requeue`. */
  reject(delivery: Delivery, options?: { readonly requeue?: boolean }): void {
    delivery.reject(options);
  }

  /** Empties all queues of this consumer of what is ready in them, and says how many messages that were. */
  async discardAllMessages(): Promise<number> {
    let count = 0;
    for (const queue of this.queues) count += await this.link.purge(queue);
    return count;
  }

  /** Stops, waits up to `timeoutMs` for what runs, settles it and closes. Never throws. @default 8,000 ms */
  async drain({ timeoutMs = usualDrainMs }: { readonly timeoutMs?: number } = {}): Promise<DrainReport> {
    duration(`${this.constructor.name}.drain: timeoutMs`, timeoutMs);
    this.#closing ??= this.#drain(timeoutMs);
    return await this.#closing;
  }

  /** Closes now: what runs goes back to its queue. Idempotent. */
  async close(): Promise<void> {
    await this.drain({ timeoutMs: 0 });
  }

  /** Closes as {@link close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #drain(timeoutMs: number): Promise<DrainReport> {
    this.#isConsuming = false;
    const report = (await this.#consumer?.drain({ timeoutMs })) ?? { unfinished: 0, runs: [] };
    this.#queues.end();
    if (this.#member && this.#consumer) await NetworkNode.of(this.link).remove(this.#member, 'closed');
    // What is not finished by now has had all the time there is.
    await this.#lease.close(report.unfinished > 0 ? { timeoutMs: 0 } : {});
    return report;
  }

  async #openConsumer(own: Pick<ConsumerOptions, 'giveUp' | 'seal'>): Promise<Consumer> {
    try {
      const take = guardCallback((delivery) => this.#callback?.(delivery), this);
      const consumer = await this.link.openConsumer(take, { ...this.#options, ...own });
      if (this.#closing) await consumer.stop();
      this.#member?.takesBy(consumer);
      this.#consumer = consumer;
      return consumer;
    } catch (thrown) {
      this.#opening = undefined;
      throw thrown;
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closing) throw new ClosedError('The consumer is closed.');
  }

  async #declare(bound: readonly Bound[]): Promise<void> {
    this.#refuseWhenClosed();
    await this.#queues.declare(bound);
  }
}
