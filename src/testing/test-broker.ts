import {
  type BrokerConnection,
  DevBroker,
  type DevBrokerOptions,
  errorOf,
  type QueueView,
  type RestartOptions,
} from '../devbroker/index.js';
import { Activity, type IdleOptions, type WaitOptions } from './activity.js';
import { type FaultOptions, PlannedFates } from './planned-fates.js';
import type { RecordedMessage } from './recorded-message.js';
import { Recorder } from './recorder.js';
import type { Delivered, Died, Published, Returned, Routed, Settled } from './records.js';

/** How a test broker is started. */
export interface TestBrokerOptions
  extends Omit<DevBrokerOptions, 'interceptor' | 'host' | 'exposeToNetwork'> {
  /** The TCP port. @default 0, a free one */
  readonly port?: number;
  /** Stops the broker's clock, so that only `advance` lets TTLs pass. @default false */
  readonly frozenClock?: boolean;
}

/** A queue as it stands, with its messages ready to be asserted on. */
export interface TestQueue extends Omit<QueueView, 'messages'> {
  /** The messages that wait, next one first. */
  readonly messages: readonly RecordedMessage[];
}

/**
 * A broker for one test: a real AMQP server on a free loopback port that records what happens and has faults on
 * demand. Close it, or write `await using broker = await TestBroker.start()`.
 */
export class TestBroker implements AsyncDisposable {
  readonly #broker: DevBroker;
  readonly #recorder = new Recorder();
  readonly #fates: PlannedFates;
  readonly #activity: Activity;

  private constructor(broker: DevBroker, fates: PlannedFates) {
    this.#broker = broker;
    this.#fates = fates;
    this.#activity = new Activity(broker);
    broker.observe((event) => this.#recorder.record(event));
  }

  /**
   * Starts a broker in a few milliseconds.
   * @example
   * ```ts
   * import { TestBroker } from 'waybill/testing';
   * import { Desk, Prices } from './prices.js';
   *
   * await using broker = await TestBroker.start();
   * await using _desk = await new Desk({ url: broker.url }).start();
   * await using prices = await Prices.connect({ url: broker.url });
   * await prices.message_change('stamp', 0.9);
   * await broker.idle();
   * console.log(broker.settled.map(({ settlement }) => settlement)); // [ 'ack' ]
   * ```
   */
  static async start({ frozenClock = false, ...options }: TestBrokerOptions = {}): Promise<TestBroker> {
    const fates = new PlannedFates();
    const broker = await DevBroker.start({ port: 0, ...options, interceptor: fates });
    if (frozenClock) broker.clock.freeze();
    return new TestBroker(broker, fates);
  }

  /** What clients connect to. */
  get url(): string {
    return this.#broker.url;
  }

  /** The TCP port it listens on. */
  get port(): number {
    return this.#broker.port;
  }

  /** What clients have published, in order. */
  get published(): readonly Published[] {
    return this.#recorder.published;
  }

  /** Where messages went, in order. */
  get routed(): readonly Routed[] {
    return this.#recorder.routed;
  }

  /** What was handed to clients, in order. */
  get delivered(): readonly Delivered[] {
    return this.#recorder.delivered;
  }

  /** How deliveries were settled, in order. */
  get settled(): readonly Settled[] {
    return this.#recorder.settled;
  }

  /** What came back to publishers as unroutable, in order. */
  get returned(): readonly Returned[] {
    return this.#recorder.returned;
  }

  /** What died in queues, in order, dead-lettered or not. */
  get died(): readonly Died[] {
    return this.#recorder.died;
  }

  /** Why the broker closed channels and connections, as `name: text`, in order. */
  get errors(): readonly string[] {
    return this.#recorder.errors;
  }

  /** The open connections, to be cut, stalled, slowed down or closed one by one. */
  get connections(): readonly BrokerConnection[] {
    return this.#broker.connections;
  }

  /** A queue as it stands; `undefined` when there is none of that name. */
  queue(name: string): TestQueue | undefined {
    const view = this.#broker.queues.find((queue) => queue.name === name);
    return view && { ...view, messages: view.messages.map((message) => this.#recorder.of(message)) };
  }

  /** Empties the records. */
  clear(): void {
    this.#recorder.clear();
  }

  /**
   * Waits until nothing is unsettled, no consumer has anything left to take, and all has been quiet for `quietMs`.
   *
   * @throws TestBrokerTimeout naming the queues that are not done.
   */
  idle(options?: IdleOptions): Promise<void> {
    return this.#activity.idle(options);
  }

  /**
   * Waits until a condition holds: `await broker.until(() => broker.settled.length === 3)`.
   *
   * @throws TestBrokerTimeout when it does not in time.
   */
  until(holds: () => boolean, options?: WaitOptions): Promise<void> {
    return this.#activity.until(holds, () => String(holds), options);
  }

  /** Lets time pass for the broker: message and queue TTLs that fall due are carried out at once, in order. */
  advance(ms: number): void {
    this.#broker.clock.advance(ms);
  }

  /** The next publish is refused: a negative confirm. */
  nackNext(options?: FaultOptions): void {
    this.#fates.planPublish('nack', options);
  }

  /** The next publish comes back as unroutable, though there may be a queue, and is confirmed. */
  returnNext(options?: FaultOptions): void {
    this.#fates.planPublish('return', options);
  }

  /** The next publish is routed, but its confirm never comes. */
  dropNextConfirm(options?: FaultOptions): void {
    this.#fates.planPublish('drop-confirm', options);
  }

  /** The next publish closes its channel, or its connection, as the reply code has it. @throws ConfigurationError for no reply code. */
  failNext(code: number, text = 'planned by a test', options?: FaultOptions): void {
    this.#fates.planPublish(errorOf(code, text), options);
  }

  /** The next message for a consumer is delivered a second time at once, marked as redelivered. */
  deliverNextTwice(options?: FaultOptions): void {
    this.#fates.planDelivery('twice', options);
  }

  /** Cuts all connections; clients see a reset. Resolves when the broker has taken back what they held. */
  cut(): Promise<void> {
    return this.#broker.cutConnections();
  }

  /** Stalls all open connections: they stay up and nothing moves, until `release`. */
  stall(): void {
    for (const connection of this.connections) connection.stall();
  }

  /** Ends `stall`. */
  release(): void {
    for (const connection of this.connections) connection.release();
  }

  /** Slows all open connections down by so much per direction; 0 ends it. */
  delay(delayMs: number): void {
    for (const connection of this.connections) connection.delay(delayMs);
  }

  /** Closes the port to new connections; open ones stay. */
  refuseConnections(): void {
    this.#broker.refuseConnections();
  }

  /** Ends `refuseConnections`. */
  acceptConnections(): Promise<void> {
    return this.#broker.acceptConnections();
  }

  /** Holds up all connections that publish, with `connection.blocked`. */
  blockPublishers(reason = 'low on memory'): void {
    this.#broker.block(reason);
  }

  /** Ends `blockPublishers`. */
  unblockPublishers(): void {
    this.#broker.unblock();
  }

  /** Sends the consumers of a queue a `basic.cancel`, as when the queue's node fails. */
  cancelConsumers(queue: string): void {
    this.#broker.cancelConsumers(queue);
  }

  /** Closes the channels that consume from a queue. @default 406 @throws ConfigurationError for no reply code. */
  closeChannels(queue: string, code = 406, text = 'closed by a test'): void {
    this.#broker.closeChannels(queue, code, text);
  }

  /** Restarts the broker as if its process had died and come back, empty or with what is durable. Records stay. */
  restart(options?: RestartOptions): Promise<void> {
    return this.#broker.restart(options);
  }

  /** Closes the broker and all its connections. Idempotent. */
  close(): Promise<void> {
    return this.#broker.close();
  }

  /** Closes as {@link close} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
