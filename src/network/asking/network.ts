import { Lease, type Link, type LinkOptions, type Outgoing } from '../../amqp/index.js';
import { duration } from '../../common/numbers.js';
import { Identity } from '../../identity/index.js';
import type { Asked, NodeAnswer, NodeFacts, Obeyed, Question, TracedRun } from '../common/facts.js';
import type { Selector } from '../common/names.js';
import type { Order, OrderArguments } from '../common/order.js';
import { Asker, type RollCall } from './asker.js';
import { isThere } from './is-there.js';
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
  /** In milliseconds. @default 2,000; 5,000 for an order */
  readonly timeoutMs?: number | undefined;
}

/** Whom an order is for, and what it says. */
export interface OrderOptions extends AskOptions {
  /** Needed: that all are meant has to be said, too. */
  readonly to: Selector;
  /** `queue` of `pause` and `resume`; `n` of `concurrency` and `prefetch`; `id` of `cancel`; `level` and `forMs` of `log-level`. */
  readonly args?: OrderArguments | undefined;
}

/**
 * Asks the components of a virtual host what they are and do, and orders them: `await using network = await Network.open()`. Nothing is
 * stored anywhere, and nobody tells anything before somebody asks.
 * @example
 * ```ts
 * import { Network } from 'waybill/network';
 *
 * await using network = await Network.open();
 * const { answers, missing } = await network.ask('stats', { to: { name: 'Desk' } });
 * const failing = answers.flatMap(({ components }) => components).filter(({ failed }) => failed > 0);
 * console.log(missing.length); // 0
 * ```
 */
export class Network {
  readonly #lease: Lease;
  readonly #watches = new Set<Watch>();
  readonly #signing: () => Identity;
  readonly #asker: Asker;
  #identity: Identity | undefined;

  private constructor({ as = 'operator', sign = true, keys, ...link }: OpenOptions) {
    this.#lease = new Lease({ connectionName: `waybill watches ${process.pid}`, ...link, network: false });
    this.#asker = new Asker(this.#lease.link);
    this.#signing = () => new Identity({ sign, keys, name: as }, as);
  }

  /** Connects. @throws ConnectError; TopologyError where the user may not have what it needs: a queue `waybill.watch.*` and both exchanges */
  static async open(options: OpenOptions = {}): Promise<Network> {
    const network = new Network(options);
    try {
      await network.#asker.open();
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
    const asking = { command: question, args: { ref }, to, expected, timeoutMs };
    return (await this.#asker.ask(asking)) as RollCall<Asked[Asking]>;
  }

  /**
   * Has components do something, signed: a process that does not know the key, or that the key does not speak for an operator, refuses it
   * and says why in `refused`. It is done once, or not at all; who is busy and hears of it more than five minutes later refuses it.
   * @throws ConfigurationError where there is no key that may sign; ConnectError, PublishTimeoutError where it could not be sent
   */
  async order(
    order: Order,
    { to, ref, args, expected, timeoutMs = 5_000 }: OrderOptions,
  ): Promise<RollCall<Obeyed>> {
    duration('Network.order: timeoutMs', timeoutMs);
    this.#identity ??= this.#signing();
    const identity = this.#identity;
    const sign = (message: Outgoing): Outgoing => identity.sign(message, identity.name);
    const asking = { command: order, args: { ...args, ref }, to, expected, timeoutMs, sign };
    return (await this.#asker.ask(asking)) as RollCall<Obeyed>;
  }

  /** Whether a process is still connected, by asking the broker: one that answers nothing may be busy, or frozen. */
  async isThere(id: string): Promise<boolean> {
    return await isThere(this.#link, id);
  }

  /**
   * Calls back for each run that a component tells of after the order `trace`, whoever has given that. Gives a function that ends it.
   * `of` is the `node` and the `name` of the component. Whatever stands in them and in `run` was told by whoever may publish.
   */
  onTraced(
    listener: (run: TracedRun, of: { readonly node: NodeFacts; readonly name: string }) => void,
  ): () => void {
    return this.#asker.hear((type, told) => {
      const { run, name = '' } = told as NodeAnswer & { readonly run?: TracedRun; readonly name?: string };
      if (type === 'waybill.trace' && run) listener(run, { node: told.node, name });
    });
  }

  /**
   * Follows all components, from now on until it is closed.
   * @example
   * ```ts
   * import { Network } from 'waybill/network';
   *
   * await using network = await Network.open();
   * const watch = await network.watch();
   * watch.onEvent(({ kind, node, name }) => console.log(kind, name ?? '', node.host, node.pid));
   * const hanging = watch.nodes.filter(({ state }) => state === 'busy');
   * ```
   */
  async watch(options: WatchOptions = {}): Promise<Watch> {
    const host = {
      hear: this.#asker.hear.bind(this.#asker),
      ask: this.ask.bind(this),
      isThere: this.isThere.bind(this),
      tell: this.#asker.tell.bind(this.#asker),
      logger: this.#link.logger,
    };
    const watch = new Watch(host, options);
    this.#watches.add(watch);
    await watch.begin();
    return watch;
  }

  /** Ends what it follows, and gives its connection back. Idempotent. */
  async close(): Promise<void> {
    await Promise.all([...this.#watches].map((watch) => watch.close()));
    await this.#asker.close();
    await this.#lease.close();
  }

  /** Closes as {@link close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #link(): Link {
    return this.#lease.link;
  }
}
