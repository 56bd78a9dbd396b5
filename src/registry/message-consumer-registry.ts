import { usualDrainMs } from '../common/drain-limit.js';
import { duration, wholeNumber } from '../common/numbers.js';
import { ClosedError } from '../errors.js';
import { type DrainOptions, StandingThread, type ThreadHealth } from '../scheduler/index.js';
import type { ConsumerFactory, MessageConsumer } from './consumer.js';
import { ConsumerAlreadyRegisteredError } from './errors.js';
import type { HandlersRegistry } from './handlers-registry.js';

/** How a queue is registered; the rest is handed to the factory. */
export interface RegisterOptions {
  /** How many consumers take from the queue, each with a channel of its own: from 1 to 1,000. @default 1 */
  readonly consumers?: number | undefined;
}

/** How all registered consumers are. */
export interface ConsumersHealth extends ThreadHealth {
  /** Each consumer, with the `queue` that it takes from. */
  readonly consumers: readonly (ThreadHealth & { readonly queue: string })[];
}

/**
 * Brings queues and handlers together. Consumers begin at once. It is a micro thread, too: in a MicroScheduler it keeps the
 * process alive, and disconnects in order at SIGTERM.
 */
export class MessageConsumerRegistry<Options extends object = object> extends StandingThread {
  readonly #handlers: HandlersRegistry;
  readonly #factory: ConsumerFactory<Options>;
  readonly #consumers = new Map<string, MessageConsumer[]>();

  constructor(handlers: HandlersRegistry, factory: ConsumerFactory<Options>) {
    super();
    this.#handlers = handlers;
    this.#factory = factory;
  }

  /**
   * Takes messages from a queue to the handlers that the header `messageKeyName` names, and gives the consumers.
   * @throws ConsumerAlreadyRegisteredError; what connecting and consuming throws: then none of them is left.
   * @example
   * ```ts
   * import { HandlersRegistry, MessageConsumerRegistry, MessageSender, RabbitConsumerFactory } from 'waybill/registry';
   * import { z } from 'zod';
   *
   * const handlers = new HandlersRegistry();
   * handlers.register('greet', z.string())((name) => console.log(`hello ${name}`));
   * const consumers = new MessageConsumerRegistry(handlers, new RabbitConsumerFactory());
   * await consumers.register('users', 'task_name'); // the header that names the handler
   *
   * await using sender = new MessageSender('task_name');
   * await sender.send('users', 'greet', 'Ada');
   * await consumers.disconnectConsumers(); // finishes what runs
   * ```
   */
  async register(
    listenFor: string,
    messageKeyName: string,
    { consumers: count = 1, ...options }: RegisterOptions & Partial<Options> = {} as RegisterOptions &
      Partial<Options>,
  ): Promise<readonly MessageConsumer[]> {
    wholeNumber(`MessageConsumerRegistry.register('${listenFor}'): consumers`, count, { min: 1, max: 1_000 });
    if (this.stopSignal.aborted) throw new ClosedError('The registry was stopped; it takes no more queues.');
    if (this.#consumers.has(listenFor)) throw new ConsumerAlreadyRegisteredError(listenFor);
    const consumers: MessageConsumer[] = [];
    this.#consumers.set(listenFor, consumers);
    const assertWanted = (): void => {
      if (this.#consumers.get(listenFor) !== consumers)
        throw new ClosedError(`Queue '${listenFor}' was disconnected while it was being registered.`);
    };
    try {
      for (let number = 1; number <= count; number++) {
        const consumer = await this.#factory.create(messageKeyName, options as unknown as Options);
        consumers.push(consumer);
        assertWanted();
        await consumer.connect();
        assertWanted();
        await consumer.consume(listenFor, this.#handlers.find);
        assertWanted();
      }
      return consumers;
    } catch (thrown) {
      if (this.#consumers.get(listenFor) === consumers) this.#consumers.delete(listenFor);
      await Promise.allSettled(consumers.map((each) => each.disconnect({ timeoutMs: 0 })));
      throw thrown;
    }
  }

  /**
   * Disconnects all: what has not begun goes back, what runs is finished. Its queues can then be registered again.
   * @throws what the first of them throws that could not finish in time (a RabbitConsumer: DrainError). @default 8,000 ms
   */
  async disconnectConsumers({ timeoutMs = usualDrainMs }: Partial<DrainOptions> = {}): Promise<void> {
    duration('MessageConsumerRegistry.disconnectConsumers: timeoutMs', timeoutMs);
    const consumers = [...this.#consumers.values()].flat();
    this.#consumers.clear();
    const outcomes = await Promise.allSettled(consumers.map((each) => each.disconnect({ timeoutMs })));
    const failed = outcomes.find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
  }

  /** The same, for a scheduler. */
  override async drain(options: DrainOptions): Promise<void> {
    this.stop();
    await this.disconnectConsumers(options);
  }

  /** Disconnects all at once; what runs goes back to its queue. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnectConsumers({ timeoutMs: 0 }).catch(() => {});
  }

  /** How they all are: each that can tell says so. Not well before it takes from a queue, nor when none is left. */
  override async health(): Promise<ConsumersHealth> {
    const all = [...this.#consumers].flatMap(([queue, each]) =>
      each.map((consumer) => ({ queue, consumer })),
    );
    const consumers = await Promise.all(
      all.map(async ({ queue, consumer }) => ({ ...((await consumer.health?.()) ?? { ok: true }), queue })),
    );
    const isTaking = consumers.length > 0 && !this.stopSignal.aborted;
    return { ok: isTaking && consumers.every(({ ok }) => ok), consumers };
  }
}
