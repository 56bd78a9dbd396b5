import {
  type Consumer,
  type Delivery,
  Lease,
  type Link,
  type LinkOptions,
  nextMessageId,
  type Outgoing,
} from '../amqp/index.js';
import { duration } from '../common/numbers.js';
import { isWaybillError } from '../errors.js';
import { Identity } from '../identity/index.js';
import type { Asked, NodeAnswer, Obeyed, Question } from './facts.js';
import { isThere } from './is-there.js';
import { controlExchange, exchanges, presenceExchange, requestKey, type Selector } from './names.js';
import { isOrder, type Order, type OrderArguments } from './orders.js';
import { readAnswer } from './read-answer.js';
import { Roll } from './roll.js';
import { Watch, type WatchOptions } from './watch.js';

/** How one takes part in the network. */
export interface OpenOptions extends LinkOptions {
  /** Who orders: `operator`, or `operator-` and more; the key must speak for that name. @default 'operator' */
  readonly as?: string | undefined;
  /** The key by which orders are signed, by its id; `true` for the last one in the file that may. @default true */
  readonly sign?: string | true | undefined;
  /** The file of keys. @default `WAYBILL_KEYS`; without one nothing can be ordered */
  readonly keys?: string | undefined;
}

/** Whom a question is for, and how long it waits. */
export interface AskOptions {
  /** @default 'all' */
  readonly to?: Selector | undefined;
  /** One component of a process, by its number there. */
  readonly ref?: string | undefined;
  /** Whom one waits for, by the ids of their processes, where that is known; else it ends when nothing has come for 400 ms. */
  readonly expected?: Iterable<string> | undefined;
  /** @default 2,000 */
  readonly timeoutMs?: number | undefined;
}

/** Who has answered. */
export interface RollCall<Told> {
  readonly answers: readonly NodeAnswer<Told>[];
  /** The ids of those who were expected and have not: busy or frozen, or gone ({@link Network.isThere} tells which). */
  readonly missing: readonly string[];
}

/**
 * Asks the components of a virtual host what they are and do: `await using network = await Network.open()`. Nothing is stored anywhere,
 * and nobody tells anything before somebody asks.
 */
export class Network {
  readonly #lease: Lease;
  readonly #queue = `waybill.watch.${nextMessageId()}`;
  readonly #rolls = new Map<string, Roll<unknown>>();
  readonly #watches = new Set<Watch>();
  readonly #signing: () => Identity;
  #consumer: Consumer | undefined;
  #identity: Identity | undefined;

  private constructor({ as = 'operator', sign = true, keys, ...link }: OpenOptions) {
    this.#lease = new Lease({ connectionName: `waybill watches ${process.pid}`, ...link, network: false });
    this.#signing = () => new Identity({ sign, keys, name: as }, as);
  }

  /** Connects. @throws ConnectError; TopologyError where the user may not have what it needs: a queue `waybill.watch.*` and both exchanges */
  static async open(options: OpenOptions = {}): Promise<Network> {
    const network = new Network(options);
    try {
      await network.#open();
      return network;
    } catch (thrown) {
      await network.close();
      throw thrown;
    }
  }

  /** The virtual host. */
  get vhost(): string {
    return this.#lease.vhost;
  }

  /** Asks, and gives what has been answered. @throws ConnectError, PublishTimeoutError where it could not be asked */
  async ask<Asking extends Question>(
    question: Asking,
    { to = 'all', ref, expected, timeoutMs = 2_000 }: AskOptions = {},
  ): Promise<RollCall<Asked[Asking]>> {
    duration('Network.ask: timeoutMs', timeoutMs);
    return (await this.#send(question, { ref }, { to, expected, timeoutMs })) as RollCall<Asked[Asking]>;
  }

  /**
   * Has components do something, signed: a process that does not know the key, or that the key does not speak for an operator, refuses it
   * and says why in `refused`. It is done once, or not at all; who is busy and hears of it more than five minutes later refuses it.
   * @throws ConfigurationError where there is no key that may sign; ConnectError, PublishTimeoutError where it could not be sent
   */
  async order(
    order: Order,
    args: OrderArguments = {},
    { to = 'all', ref, expected, timeoutMs = 5_000 }: AskOptions = {},
  ): Promise<RollCall<Obeyed>> {
    duration('Network.order: timeoutMs', timeoutMs);
    this.#identity ??= this.#signing();
    return (await this.#send(order, { ...args, ref }, { to, expected, timeoutMs })) as RollCall<Obeyed>;
  }

  /** Whether a process is still connected, by asking the broker: one that answers nothing may be busy, or frozen. */
  async isThere(id: string): Promise<boolean> {
    return await isThere(this.#link, id);
  }

  /** Follows all components, from now on until it is closed. */
  async watch(options: WatchOptions = {}): Promise<Watch> {
    const watch = new Watch(
      {
        ask: (question, asked) => this.ask(question, asked),
        isThere: (id) => this.isThere(id),
        lease: (command, to, args) => this.#request(command, to, args),
      },
      options,
    );
    this.#watches.add(watch);
    await watch.begin();
    return watch;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watches].map((watch) => watch.close()));
    await this.#consumer?.stop();
    for (const roll of this.#rolls.values()) roll.end();
    await this.#lease.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #link(): Link {
    return this.#lease.link;
  }

  async #open(): Promise<void> {
    const options = { exclusive: true, autoDelete: true, durable: false };
    const { link } = this.#lease;
    await link.openPublishing();
    await link.openConsuming();
    await link.declare([
      ...exchanges,
      { kind: 'queue', name: this.#queue, passive: false, options },
      { kind: 'binding', exchange: presenceExchange, queue: this.#queue, routingKey: '#' },
    ]);
    this.#consumer = await link.openConsumer((delivery) => this.#receive(delivery), { prefetch: 1_000 });
    await this.#consumer.consume(this.#queue);
  }

  async #send(
    command: string,
    args: object,
    {
      to,
      expected,
      timeoutMs,
    }: Pick<AskOptions, 'expected'> & { readonly to: Selector; readonly timeoutMs: number },
  ): Promise<RollCall<unknown>> {
    const correlationId = nextMessageId();
    const ids = expected ?? (typeof to === 'object' && 'id' in to ? [to.id] : undefined);
    const wanted = ids && new Set(ids);
    const roll = new Roll<unknown>({ expected: wanted, timeoutMs });
    this.#rolls.set(correlationId, roll);
    try {
      if (!(await this.#request(command, to, args, correlationId))) roll.end();
      const answers = await roll.done;
      const answered = new Set(answers.map(({ node }) => node.id));
      return { answers, missing: [...(wanted ?? [])].filter((id) => !answered.has(id)) };
    } finally {
      roll.end();
      this.#rolls.delete(correlationId);
    }
  }

  /** False where nobody is there for it. */
  async #request(command: string, to: Selector, args: object, correlationId?: string): Promise<boolean> {
    const lifeMs = 10_000;
    const asks = correlationId !== undefined && { correlationId, replyTo: this.#queue };
    const properties = {
      ...asks,
      type: `waybill.${command}`,
      contentType: 'application/json',
      messageId: nextMessageId(),
      deliveryMode: 1,
      expiration: String(lifeMs),
    } as const;
    const content = Buffer.from(JSON.stringify(args));
    const routingKey = requestKey(to, command);
    const message = { exchange: controlExchange, routingKey, content, properties, mandatory: true };
    try {
      await this.#link.publish(this.#signed(command, message), { timeoutMs: lifeMs });
      return true;
    } catch (thrown) {
      if (isWaybillError(thrown, 'UNROUTABLE')) return false;
      throw thrown;
    }
  }

  #signed(command: string, message: Outgoing): Outgoing {
    const identity = isOrder(command) ? this.#identity : undefined;
    return identity ? identity.sign(message, identity.name) : message;
  }

  #receive(delivery: Delivery): void {
    const { correlationId, type } = delivery.properties as { correlationId?: string; type?: string };
    const answer = readAnswer(delivery.content, String(type));
    delivery.ack();
    if (!answer) return;
    if (correlationId !== undefined) this.#rolls.get(correlationId)?.take(answer);
    else for (const watch of this.#watches) watch.hear(type ?? '', answer);
  }
}
