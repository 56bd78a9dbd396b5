import { wellWhile } from '../../amqp/index.js';
import { usualDrainMs } from '../../common/drain-limit.js';
import { duration } from '../../common/numbers.js';
import { assertDrained, stoppedBefore } from '../../component/index.js';
import { toError } from '../../errors.js';
import { defaultLogger, type Logger } from '../../logger.js';
import { ExitScheduler, ThreadDone } from '../../scheduler/index.js';
import type { FingerprintStamp } from '../../wire/index.js';
import type { Eqks } from '../destinations.js';
import type { Component } from '../handlers/component.js';
import { declareFunction } from '../handlers/declare.js';
import { GenericConsumer } from './consumer.js';
import { type Lasting, lasting } from './lasting.js';
import { obey } from './obey.js';
import { ProcessorEmitter, type ProcessorEvents } from './processor-events.js';
import { ProcessorLife } from './processor-life.js';
import type {
  HandleOptions,
  MessageProcessorOptions,
  PlainHandler,
  ProcessorClass,
  ProcessorHealth,
} from './processor-options.js';
import { ProcessorSettings } from './processor-settings.js';
import { spawnReplacement } from './restart.js';
import { Timeouts } from './timeouts.js';
import { UnhandledCount } from './unhandled.js';

/**
 * Takes messages from queues to handlers, found by (category, type, name). Subclass it, say where from in `eqks`, and decorate methods or
 * static Handler classes. It is a micro thread: give it to a MicroScheduler, or `start()` it. A message is acked when all its handlers
 * are done. One whose handler throws is tried again later if `retry` says so, and then given up: rejected to its queue's dead-letter
 * exchange, or parked in `<queue>.failed`. Meanwhile the next one is taken.
 */
export class MessageProcessor extends ProcessorSettings implements Component {
  /** What takes the messages. */
  static readonly consumerClass: typeof GenericConsumer = GenericConsumer;

  readonly fingerprint: FingerprintStamp;
  readonly #logger: Logger;
  readonly #emitter: ProcessorEmitter;
  readonly #unhandled: UnhandledCount;
  readonly #timeouts = new Timeouts();
  readonly #newLife: () => ProcessorLife;
  readonly #ended: Promise<void>;
  #end!: (reason?: ExitScheduler | ThreadDone) => void;
  #life: ProcessorLife;
  /** Its start, where no scheduler runs it. */
  #alone: Promise<void> | undefined;

  /** Connects nothing yet. @throws ConfigurationError for settings that cannot be used */
  constructor(options: MessageProcessorOptions = {}) {
    super();
    const Class = new.target;
    this.#logger = options.logger ?? defaultLogger();
    this.#emitter = new ProcessorEmitter(this.#logger);
    this.#unhandled = new UnhandledCount(Class.name, this.#logger);
    const lasts = lasting(Class, options, this.#logger);
    this.#newLife = () => this.#liveWith(lasts);
    this.#life = this.#newLife();
    this.fingerprint = this.#life.fingerprint;
    this.#ended = new Promise((resolve, reject) => {
      this.#end = (reason) => (reason ? reject(reason) : resolve());
    });
    this.#ended.catch(() => {});
  }

  /** What takes its messages; another one after a start that failed. */
  get consumer(): GenericConsumer {
    return this.#life.consumer;
  }

  /** Declares a handler without decorators: `PingReceiver.handle('command', 'ping', function (content) { … })`, `this` being the processor, or a Handler class. */
  static handle<This extends MessageProcessor>(
    this: ProcessorClass<This>,
    type: string,
    name: string | null,
    handler: PlainHandler<This>,
    { category = 'message', view = 'content', filters = [] }: HandleOptions = {},
  ): void {
    declareFunction(this, { category, view, type, name }, handler, filters);
  }

  /**
   * Connects, declares, binds and starts to consume. Whoever asks again, also at the same time, shares the outcome; after one that failed it may be tried again.
   * @throws ConnectError, TopologyError; ClosedError when it is stopped meanwhile, or was before. Nothing is left open then
   */
  override async create(): Promise<void> {
    if (this.stopSignal.aborted) throw stoppedBefore(this.constructor.name, this.stopSignal);
    if (this.#life.isOver) this.#life = this.#newLife();
    await this.#life.start();
  }

  /** {@link create}, for those who need no scheduler. */
  async start(): Promise<this> {
    this.#alone = this.create();
    await this.#alone;
    return this;
  }

  /** Waits until the processor ends; messages are handled as they come, not by steps. @throws ExitScheduler after `quit` */
  override async step(): Promise<void> {
    await this.#ended;
  }

  /** Takes no more messages: nothing starts any more, what runs goes on, a start that is under way ends. Idempotent. */
  override stop(): void {
    super.stop();
    this.#timeouts.clear();
    void this.consumer.stopConsuming();
    this.#end();
  }

  /**
   * Stops, gives back what has not started, waits for what runs, settles it, and closes. After `timeoutMs` the handlers' signals are aborted and it closes anyway,
   * and rejects with a DrainError that says so. @default 8,000 ms
   */
  override async drain({ timeoutMs = usualDrainMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
    duration(`${this.constructor.name}.drain: timeoutMs`, timeoutMs);
    this.stop();
    assertDrained(this.constructor.name, await this.#life.drain(timeoutMs), timeoutMs);
  }

  /** How its link is, by asking the broker whether each queue has its consumer; not well before it starts nor after it stops. */
  override async health(): Promise<ProcessorHealth> {
    const health = wellWhile(this.consumer.consuming, await this.consumer.health());
    return { ...health, ...this.#life.counts };
  }

  /** What happens to its connections, and messages that no handler is for, as it happens. One may listen before it starts. */
  get events(): ProcessorEvents {
    return this.#emitter.events;
  }

  /** Closes now: handlers that run are told by their signal, and their messages go back to their queues. Idempotent. */
  async close(): Promise<void> {
    this.stop();
    await this.#life.drain(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Takes messages from more queues, now if it runs already. @throws TopologyError */
  async addEqks(eqks: Eqks): Promise<void> {
    for (const [exchange, keys] of eqks)
      for (const [queue, routingKey, args] of keys)
        await this.consumer.bind(exchange, queue, routingKey, args);
  }

  /** Calls back once after `delayMs`, unless the processor has stopped by then. @throws ConfigurationError for what is no time */
  addTimeout(delayMs: number, callback: () => void): void {
    const checked = duration(`${this.constructor.name}: delayMs`, delayMs);
    if (!this.stopSignal.aborted) this.#timeouts.add(checked, callback, this.#logger);
  }

  /**
   * Restarts the component: finishes what runs, starts the same program again and ends the scheduler. Called after the message that asks for it was acked.
   * Override it where something else supervises the process.
   */
  async restart(): Promise<void> {
    await this.#life.drain(30_000);
    await spawnReplacement();
    this.#leave('exit');
  }

  /** @internal Beside which queue its failed messages are kept, where a queue ends with its component. */
  protected keptAs(queue: string): string {
    return queue;
  }

  /** @internal Declares more before anything is taken, for a kind of processor that has queues of its own. */
  protected async prepare(): Promise<void> {}

  #tryRestart(): void {
    (async () => await this.restart())().catch((thrown) => {
      this.#logger.error(`${this.constructor.name} could not restart: ${toError(thrown).message}`);
      this.#leave('exit');
    });
  }

  /** A scheduler drains it then, in its own time; where there is none it does that itself. */
  #leave(how: 'leave' | 'exit'): void {
    void this.consumer.stopConsuming();
    this.#end(how === 'exit' ? new ExitScheduler() : new ThreadDone());
    this.#alone?.then(() => this.drain()).catch((thrown) => this.#logger.error(toError(thrown).message));
  }

  #liveWith(lasts: Lasting): ProcessorLife {
    const life = new ProcessorLife({
      ...lasts,
      processor: this,
      unhandled: this.#unhandled,
      stopping: this.stopSignal,
      stopped: () => stoppedBefore(this.constructor.name, this.stopSignal),
      prepare: () => this.prepare(),
      keptAs: (queue) => this.keptAs(queue),
      obey: (body) => obey(body, lasts.Class, this.#logger),
      onEnd: (how) => (how === 'restart' ? this.#tryRestart() : this.#leave(how)),
      emitter: this.#emitter,
    });
    this.#emitter.follow(life.consumer.events);
    return life;
  }
}
