import { usualDrainMs } from '../common/drain-limit.js';
import { duration } from '../common/numbers.js';
import { aroundOf, type IdentityOptions, type Middleware, type RegisterHandler } from '../component/index.js';
import type { Forwards } from '../delaying/index.js';
import { ClosedError, ConfigurationError } from '../errors.js';
import type { Logger } from '../logger.js';
import {
  DrainError,
  type DrainOptions,
  type ExitReport,
  type RunOptions,
  StandingThread,
} from '../scheduler/index.js';
import { AmqpConnection } from './amqp/amqp-connection.js';
import type { AmqpRoutes } from './amqp/amqp-routes.js';
import type { AppOptions } from './app-options.js';
import { Assembly } from './assembly.js';
import { loggerByLevel } from './common/log-level.js';
import type { RouteContext } from './common/route-context.js';
import type { Connections } from './connections.js';
import { Hooks } from './hooks.js';
import type { HttpRoutes } from './http/http-routes.js';
import type { Metrics } from './metrics/metrics.js';
import type { AppHealth, AppState } from './parts/app-health.js';
import { Clock, type RunEveryOptions, settledPace } from './parts/run-every.js';
import { type RegisterRoute, registerRoute } from './route.js';
import { runApp } from './run-app.js';
import type { SseRoutes } from './sse/sse-routes.js';

/** A hook that runs when an app starts or ends. */
export type AppHook<State extends object = Record<string, unknown>> = (app: App<State>) => unknown;

/** What `app.runEvery` repeats. */
export type RepeatedTask<State extends object = Record<string, unknown>> = (
  app: App<State>,
  context: RouteContext,
) => unknown;

/**
 * Messages in batches, HTTP, event streams and clocks in one process, with one start and one end. It is a micro thread, so it also runs beside others in a MicroScheduler.
 *
 * It starts in this order: connections that no route uses, start-up hooks, then everything that handles something. It ends the other way round: nothing new is
 * taken, what runs is finished, what has not begun goes back to its queue, then the shutdown hooks run, then connections close.
 * @example
 * ```ts
 * import { AmqpConnection, App } from 'waybill/app';
 *
 * const app = new App({ name: 'shop', connections: [new AmqpConnection({ prefetch: 1_000 })], http: { port: 0 } });
 * app.http.get('/orders/{id:int}')(({ params }) => ({ id: params.id }));
 * await app.start(); // or `await app.run()`: until SIGINT or SIGTERM
 * console.log(await (await fetch(`${app.http.url}/orders/7`)).json()); // { id: 7 }
 * await app.close();
 * ```
 */
export class App<State extends object = Record<string, unknown>> extends StandingThread {
  /** An app lives once: `firstConnect` waits for a broker, and what supervises the process starts it again. */
  declare readonly restartPolicy?: never;
  /** What stands around its handlers of messages, and around `put`, the outermost first. See {@link Middleware}. @default none */
  static readonly middleware: readonly Middleware[] = [];
  /** Whether OpenTelemetry is told of its messages, where an SDK is registered in the process. See docs/telemetry.md. @default true */
  static readonly telemetry: boolean = true;
  /** Which key signs what its connections put, and whether what comes is trusted. See docs/identity.md. @default none, and nobody looks */
  static readonly identity: IdentityOptions | undefined = undefined;
  /** Whether it sends on late messages that are due. See {@link Forwards}. @default 'auto': once it has put one itself */
  static readonly forwards: Forwards = 'auto';
  /** What it is called in logs, by middleware and in the network of components. @default 'app' */
  readonly name: string;
  /** What handlers and hooks share. */
  readonly state: State;
  /** The brokers and servers that its routes may use. */
  readonly connections: Connections;
  /** Where it writes: the `logger` that was given, else stderr, from the level of `ASYNCWORKER_LOGLEVEL` on. */
  readonly logger: Logger;
  /** Messages of queues. */
  readonly amqp: AmqpRoutes;
  /** Requests over HTTP. */
  readonly http: HttpRoutes;
  /** Event streams of other servers. */
  readonly sse: SseRoutes;
  /** What is measured, and metrics of one's own. */
  readonly metrics: Metrics;
  /**
   * Registers routes of any kind in one method, told apart by `type`:
   * `app.route(['/orders'], { type: 'http', methods: ['GET'] })(handler)`.
   */
  readonly route: RegisterRoute;
  readonly #shutdownTimeoutMs: number;
  readonly #assembly: Assembly;
  readonly #startUp = new Hooks<App<State>>();
  readonly #shutDown = new Hooks<App<State>>();
  readonly #closing = new AbortController();
  #phase: AppState = 'new';
  #draining: Promise<void> | undefined;

  /** Makes an app that is not started. @throws ConfigurationError for options, or an environment, that cannot be used */
  constructor(options: AppOptions<State> = {}) {
    super();
    const { name = 'app', logger = loggerByLevel(), shutdownTimeoutMs = usualDrainMs } = options;
    this.name = name;
    this.logger = logger;
    this.state = options.state ?? ({} as State);
    this.#shutdownTimeoutMs = duration('App: shutdownTimeoutMs', shutdownTimeoutMs);
    const owner = { name, logger, around: aroundOf(new.target, options, name) };
    this.#assembly = new Assembly(owner, options as AppOptions<never>);
    const { connections, amqp, sse, front, metrics } = this.#assembly;
    this.connections = connections;
    this.amqp = amqp;
    this.http = front.routes;
    this.sse = sse;
    this.metrics = metrics;
    this.route = registerRoute(this);
  }

  /** Registers the decorated methods of an object; call it for each that has some. @throws ConfigurationError when it has none */
  use<Instance extends object>(instance: Instance): Instance {
    if (this.#assembly.methods.use(instance) > 0) return instance;
    throw new ConfigurationError(
      `${instance.constructor.name} has no method that is decorated for this app.`,
    );
  }

  /** Runs something before anything is handled, in the order of registration. What it throws ends the start. */
  runOnStartup(hook: AppHook<State>): AppHook<State>;
  runOnStartup(): RegisterHandler<AppHook<State>>;
  runOnStartup(hook?: AppHook<State>): AppHook<State> | RegisterHandler<AppHook<State>> {
    return this.#hook(this.#startUp, hook);
  }

  /** Runs something at the end, when nothing is handled any more and connections are still open. All run, whatever one throws. */
  runOnShutdown(hook: AppHook<State>): AppHook<State>;
  runOnShutdown(): RegisterHandler<AppHook<State>>;
  runOnShutdown(hook?: AppHook<State>): AppHook<State> | RegisterHandler<AppHook<State>> {
    return this.#hook(this.#shutDown, hook);
  }

  /**
   * Runs a task when the app has started, and then every `intervalMs` milliseconds. What it throws is logged, and the next run comes all the same.
   * @throws ConfigurationError for options that cannot be; ArgumentTypeError for a task that is no function
   * @example
   * ```ts
   * import { App } from 'waybill/app';
   *
   * const app = new App();
   * app.runEvery(60_000, { maxConcurrency: 1 })(() => console.log('tick'));
   * await app.start();
   * await app.close();
   * ```
   */
  runEvery(intervalMs: number, options: RunEveryOptions = {}): RegisterHandler<RepeatedTask<State>> {
    const settled = settledPace(intervalMs, options);
    return this.#assembly.methods.register<RepeatedTask<State>>((task, name) => {
      const run = (context: RouteContext): unknown => task(this, context);
      this.#assembly.plan((host) => new Clock({ ...settled, run, name: name || 'a repeated task' }, host));
    });
  }

  /**
   * Runs as a process: until SIGINT, SIGTERM or {@link stop}, then ends in order and gives the report. A second signal ends it at once; the same one within half a second is taken as an echo.
   * @throws what kept it from starting: ConfigurationError, ConnectError, or what a start-up hook threw.
   */
  async run(options: RunOptions = {}): Promise<ExitReport> {
    return await runApp(this, this.#shutdownTimeoutMs, options);
  }

  /** Starts the app, where no scheduler is needed. @throws as {@link run} */
  async start(): Promise<this> {
    await this.create();
    return this;
  }

  /** @internal Called by the scheduler: {@link start}. */
  override async create(): Promise<void> {
    if (this.#phase !== 'new') throw new ClosedError('This app was started before; make a new one.');
    if (this.restartPolicy !== undefined)
      throw new ConfigurationError('An app lives once: it has no restartPolicy.');
    this.#phase = 'starting';
    try {
      await this.#start();
    } catch (thrown) {
      const wasStopped = this.stopSignal.aborted;
      await this.drain().catch(() => {});
      if (!wasStopped) throw thrown;
      throw new ClosedError('The app was stopped while it was starting.', { cause: this.stopSignal.reason });
    }
  }

  /** Takes nothing new, at once; what runs goes on. Idempotent. */
  override stop(): void {
    super.stop();
    this.#assembly.parts.stop();
  }

  /** Ends the app in order, in `timeoutMs` at most. Idempotent. @default the app's @throws DrainError when some work was not finished */
  override async drain({ timeoutMs = this.#shutdownTimeoutMs }: Partial<DrainOptions> = {}): Promise<void> {
    duration('App.drain: timeoutMs', timeoutMs);
    this.stop();
    this.#draining ??= this.#end(timeoutMs);
    await this.#draining;
  }

  /** Ends the app, as {@link drain} does. */
  close(): Promise<void> {
    return this.drain();
  }

  /** Ends the app, as {@link drain} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.drain();
  }

  /** Tells how the app is, by asking the broker and all parts. Never rejects. */
  override async health(): Promise<AppHealth> {
    const connections = this.connections.of(AmqpConnection);
    const amqp = (await Promise.all(connections.map((connection) => connection.health()))).flat();
    const parts = this.#assembly.parts.health;
    const ok = this.#phase === 'running' && [...amqp, ...parts].every((each) => each.ok);
    return { ok, state: this.#phase, amqp, parts };
  }

  #hook(hooks: Hooks<App<State>>, hook?: AppHook<State>): AppHook<State> | RegisterHandler<AppHook<State>> {
    const register = this.#assembly.methods.register<AppHook<State>>((given, name) => {
      this.#assembly.refuseWhenMade();
      hooks.add(given, name);
    });
    return hook ? register(hook) : register;
  }

  async #start(): Promise<void> {
    const asked = { health: () => this.health(), drain: () => this.drain() };
    this.#assembly.make({ closing: this.#closing.signal, ...asked });
    await this.#assembly.parts.prepare();
    await this.connections.open(this.stopSignal);
    await this.#startUp.run(this, this.stopSignal);
    await this.#assembly.parts.start(this.stopSignal);
    this.stopSignal.throwIfAborted();
    this.#phase = 'running';
  }

  async #end(timeoutMs: number): Promise<void> {
    this.#phase = 'stopping';
    const forHooks = Math.min(5_000, timeoutMs / 4);
    const unfinished = await this.#assembly.parts.finish(timeoutMs - forHooks);
    this.#closing.abort(new ClosedError('The app has ended before the handler was done.'));
    const inTime = await this.#shutDown.runAll(this, forHooks, this.logger);
    await Promise.all([...this.connections].map((connection) => connection.close()));
    this.#phase = 'stopped';
    const late = `${this.name} did not finish in ${timeoutMs} ms; messages not settled go back to their queues.`;
    if (unfinished > 0 || !inTime) throw new DrainError(late);
  }
}
