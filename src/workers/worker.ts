import { checkConsuming, checkQueueArguments, type LinkHealth, wellWhile } from '../amqp/index.js';
import { usualDrainMs } from '../common/drain-limit.js';
import { duration } from '../common/numbers.js';
import {
  aroundOf,
  assertDrained,
  Chain,
  connectionName,
  DecoratedMethods,
  type IdentityOptions,
  Intake,
  identify,
  type Middleware,
  type MiddlewareOption,
  type OnceOption,
  type OnceSetting,
  Reception,
  type RegisterHandler,
  seenAs,
  stoppedBefore,
  TimeLimit,
  type TimeLimitOption,
  warnOfMinifiedName,
} from '../component/index.js';
import { ConfigurationError } from '../errors.js';
import { StandingThread } from '../scheduler/index.js';
import { assertContentType, type Encoder } from '../wire/index.js';
import { bindingsOf } from './bindings.js';
import { asOriginal, type Connection, linkOptions } from './connection-parameters.js';
import type { Bare } from './dialect.js';
import { assertRoute, type Reading, type Route, RouteJob, type RouteOptions, readingOf } from './route.js';
import type { RouteServer, WorkerKind } from './worker-kind.js';

/** How every worker works. */
export interface WorkerOptions extends MiddlewareOption, TimeLimitOption, OnceOption {
  /** Who it is: in logs, in dossiers, and for the broker's management page. @default the class's name */
  readonly name?: string | undefined;
  /** How bodies are read and answers written. @default gzip JSON without a content encoding, as the original */
  readonly encoder?: Encoder | undefined;
  /** Takes a value that is no object as the data itself, not only `{ data: … }`; with `'whole'` every body, objects too. @default true */
  readonly acceptBare?: Bare | undefined;
  /** How many unsettled messages of each queue wait in this process, from 1 to 65,535. @default 100; the original had no limit */
  readonly prefetch?: number | undefined;
  /** How many handlers of each queue run at once, a whole number from 1 on; 1 keeps the order. @default as many as are prefetched */
  readonly concurrency?: number | undefined;
  /** From when on a handler is told by {@link Worker.health}, and makes a standstill, in milliseconds. @default 900,000 */
  readonly slowHandlerMs?: number | undefined;
}

/** Takes messages from queues, one function for each. It is a micro thread: for a MicroScheduler, or `run()`. */
export abstract class Worker extends StandingThread {
  /** What stands around its handlers, the outermost first. See {@link Middleware}. @default none */
  static readonly middleware: readonly Middleware[] = [];
  /** Whether OpenTelemetry is told of its messages, where an SDK is registered in the process. See docs/telemetry.md. @default true */
  static readonly telemetry: boolean = true;
  /** Which key signs its answers, and whether what comes is trusted. See docs/identity.md. @default none, and nobody looks */
  static readonly identity: IdentityOptions | undefined = undefined;
  /** Whether it sends on late messages that are due, of whoever has sent them. See docs/delays.md. @default false */
  static readonly forwards: boolean = false;
  /** Handles each message once, in a transaction of a store. See docs/once.md. @default none */
  static readonly once: OnceSetting | undefined = undefined;
  /** Who it is. */
  readonly name: string;
  /** @internal */
  protected readonly reading: Reading;
  readonly #connection: Connection;
  readonly #options: WorkerOptions;
  readonly #chain: Chain<'receive'>;
  readonly #routes = new Map<string, Route>();
  readonly #methods = new DecoratedMethods();
  #intake: Intake | undefined;
  #starting: Promise<void> | undefined;
  #isTaking = false;

  constructor(connection: Connection = {}, options: WorkerOptions = {}) {
    super();
    checkConsuming(new.target.name, options);
    this.name = options.name ?? new.target.name;
    this.reading = readingOf(new.target.name, options);
    this.#connection = connection;
    this.#chain = new Chain('receive', this.name, aroundOf(new.target, options, this.name));
    this.#options = options;
  }

  /** @internal */
  protected abstract get kind(): WorkerKind;

  /**
   * Takes the methods of an object that were decorated by `route` for their handlers, bound to it.
   * @throws ConfigurationError when there are none.
   */
  use(instance: object): this {
    if (this.#methods.use(instance) > 0) return this;
    throw new ConfigurationError(
      `${instance.constructor.name} has no method decorated by this worker's route().`,
    );
  }

  /**
   * Connects, declares the queues and begins to take from them. Gives a function that stops it as {@link drain} does.
   * @throws ConnectError, TopologyError, ConfigurationError; nothing is left open then
   */
  async run(): Promise<() => Promise<void>> {
    if (this.#intake && !this.stopSignal.aborted) throw new ConfigurationError(`${this.name} runs already.`);
    await this.create();
    return () => this.drain();
  }

  /** The same for a scheduler, which may ask again after a failure: one that runs already goes on. @throws as {@link run} */
  override create(): Promise<void> {
    if (this.stopSignal.aborted) return Promise.reject(stoppedBefore(this.name, this.stopSignal));
    this.#starting ??= this.#start().catch((thrown) => {
      this.#starting = undefined;
      throw thrown;
    });
    return this.#starting;
  }

  async #start(): Promise<void> {
    this.#refuseToStart();
    const who = { name: this.name, type: this.constructor.name };
    const defaults = { connectionName: connectionName(identify(who, this.name)), firstConnect: asOriginal };
    const options = { ...linkOptions(this.#connection, defaults), answersCalls: this.kind.jobs === 'call' };
    const seen = seenAs({ style: 'workers', name: this.name }, this, [...this.#routes.keys()]);
    const intake = new Intake(options, seen, this.#chain);
    this.#intake = intake;
    warnOfMinifiedName(intake.link.logger, this.constructor, this);
    try {
      const server = await this.kind.serve(intake, identify(who, this.name, intake.vhost));
      for (const route of this.#routes.values()) await this.#open(intake, route, server);
      this.#isTaking = !this.stopSignal.aborted;
    } catch (thrown) {
      await intake.drain({ timeoutMs: 0 });
      this.#intake = undefined;
      throw this.stopSignal.aborted ? stoppedBefore(this.name, this.stopSignal) : thrown;
    }
  }

  /** Takes no more messages: nothing starts any more, what runs goes on. Idempotent. */
  override stop(): void {
    super.stop();
    this.#isTaking = false;
    void this.#intake?.stop();
  }

  /**
   * Stops, gives back what has not started, waits for what runs, settles it, and closes. After `timeoutMs` the handlers'
   * signals are aborted, it closes anyway, and rejects with a DrainError that says so; `Infinity` is no limit. @default 8,000 ms
   */
  override async drain({ timeoutMs = usualDrainMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
    duration(`${this.constructor.name}.drain: timeoutMs`, timeoutMs);
    this.stop();
    const report = await this.#intake?.drain({ timeoutMs });
    if (report) assertDrained(this.name, report, timeoutMs);
  }

  /** Closes now: what runs goes back to its queue. Idempotent. */
  async close(): Promise<void> {
    await this.drain({ timeoutMs: 0 }).catch(() => {});
  }

  /** Closes as {@link close} does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** How its link is, by asking the broker; not well before it takes from all of its queues, nor when it has stopped. */
  override async health(): Promise<LinkHealth | { readonly ok: false }> {
    const health = await this.#intake?.health();
    return health ? wellWhile(this.#isTaking, health) : { ok: false };
  }

  /** @internal Makes what registers the handler of a queue. */
  protected addRoute<Handler extends (...args: never[]) => unknown>(
    queue: string,
    options: RouteOptions,
  ): RegisterHandler<Handler> {
    const owner = `${this.constructor.name}, route '${queue}'`;
    assertRoute(owner, queue);
    checkConsuming(owner, options);
    checkQueueArguments(owner, options.arguments);
    bindingsOf(owner, queue, options.bindings);
    if ('type' in options) assertContentType(`${owner}: type`, options.type);
    return this.#methods.register<Handler>((handler, name) => {
      if (this.#intake) throw new ConfigurationError(`${this.name} runs already; add routes before.`);
      if (this.#routes.has(queue)) throw new ConfigurationError(`Queue '${queue}' has a handler already.`);
      this.#routes.set(queue, { queue, options, handler, name: name || 'the handler' });
    });
  }

  async #open(intake: Intake, route: Route, server: RouteServer): Promise<void> {
    const { queue, options } = route;
    const { slowHandlerMs, prefetch: most = 100, concurrency: width } = this.#options;
    const { priority, exclusive, offset, prefetch = most, concurrency = width ?? prefetch } = options;
    const bound = bindingsOf(this.name, queue, options.bindings);
    const declarations = [...this.kind.declarations(route), ...bound];
    const { handle, giveUp } = this.#newReception(intake, route, server);
    const consumer = { priority, exclusive, offset, prefetch, concurrency, slowHandlerMs, giveUp };
    const taking = { declarations, answersCalls: server.responder !== undefined, ...consumer };
    await intake.open(queue, { component: this.name, ...taking }, handle);
  }

  /** n.b. a call that failed is acked: its queue dead-letters what is rejected to the callers, who have their answer. */
  #newReception(intake: Intake, route: Route, server: RouteServer): Reception {
    const { jobs } = this.kind;
    const { logger } = intake.link;
    const reading = { reading: this.reading, host: intake };
    const nobody = `${this.name}: a call to '${route.queue}' names no reply_to; its answer is dropped.`;
    return new Reception({
      ...server,
      component: { style: 'workers', name: this.name },
      open: (delivery) => new RouteJob(jobs, route, delivery, reading),
      chain: this.#chain,
      ...intake.passage,
      limit: TimeLimit.of(this.#options, intake.deadlines),
      failedCall: 'ack',
      onUnanswerable: () => logger.warn(nobody),
    });
  }

  #refuseToStart(): void {
    const [unused] = this.#methods.unused;
    if (unused !== undefined) {
      const text = `Method '${unused}' is decorated as a route, but no instance of its class is known.`;
      throw new ConfigurationError(`${text} Give one: worker.use(new …()).`);
    }
    if (this.#routes.size === 0) throw new ConfigurationError(`${this.name} has no route.`);
  }
}
