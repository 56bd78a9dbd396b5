import {
  type DrainReport,
  FailurePolicy,
  type GiveUp,
  type LinkEvents,
  type LinkHealth,
  type RetryPolicy,
  wellWhile,
} from '../amqp/index.js';
import { ConnectionLostError, toError } from '../errors.js';
import { debugAsked } from '../logger.js';
import { Responder, ResultWriter } from '../rpc/index.js';
import { DrainError, ExitScheduler, MicroThread, ThreadDone } from '../scheduler/index.js';
import {
  connectionName,
  type Encoder,
  type FingerprintStamp,
  identify,
  jsonEncoder,
  type ReceivedBody,
} from '../wire/index.js';
import type { Component } from './component.js';
import { GenericConsumer } from './consumer.js';
import type { Eqks } from './destinations.js';
import { Dispatcher } from './dispatcher.js';
import type { Fate } from './fate.js';
import { declareFunction } from './handlers/decorators.js';
import { HandlerTable } from './handlers/table.js';
import type { Control, HandleOptions, MessageProcessorOptions } from './processor-options.js';
import { spawnReplacement } from './restart.js';

/**
 * Takes messages from queues to handlers, found by (category, type, name). Subclass it, say where from in `eqks`, and
 * decorate methods or static Handler classes. It is a micro thread: give it to a MicroScheduler, or `start()` it.
 *
 * A message is acked when all its handlers are done. One whose handler throws is tried again later if `retry` says so, and
 * then given up: rejected to its queue's dead-letter exchange, or parked in `<queue>.failed`. The next message is taken
 * meanwhile, and nothing loops.
 */
export class MessageProcessor extends MicroThread implements Component {
  /** Where messages come from: each exchange with its queues and keys. */
  static readonly eqks: Eqks = [];
  /** The virtual host. @default the connection's */
  static readonly vhost: string | undefined = undefined;
  /** How bodies are read and answers written. @default JSON; gzip is understood where the message says so */
  static readonly encoder: Encoder = jsonEncoder;
  /** How many unsettled messages of each queue wait in this process. @default 100 */
  static readonly prefetch: number = 100;
  /** How many messages are handled at once; 1 keeps their order. @default 1 */
  static readonly concurrency: number = 1;
  /** Sends the stack of a handler's error to the caller. @default false */
  static readonly remoteStacks: boolean = false;
  /** Tries a failing message again, after a delay; without it a message that failed once is given up. */
  static readonly retry: RetryPolicy | undefined = undefined;
  /** What becomes of a message that is given up. @default 'park' */
  static readonly onFailure: GiveUp = 'park';
  /** Which built-in commands it obeys, from whoever sends them; a handler of its own replaces one. @default both */
  static readonly control: readonly Control[] = ['quit', 'restart'];
  /** What takes the messages. */
  static readonly consumerClass: typeof GenericConsumer = GenericConsumer;

  readonly fingerprint: FingerprintStamp;
  readonly consumer: GenericConsumer;
  readonly #dispatcher: Dispatcher;
  readonly #answersCalls: boolean;
  readonly #closing = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #ended: Promise<void>;
  #end!: (reason?: ExitScheduler | ThreadDone) => void;

  constructor(options: MessageProcessorOptions = {}) {
    super();
    const { name, vhost, encoder, eqks, prefetch, concurrency, consumerClass, remoteStacks } = new.target;
    const { retry, onFailure } = new.target;
    const identity = identify(options.fingerprint, name);
    const own = { connectionName: connectionName(identity), eqks, prefetch, concurrency };
    this.consumer = new consumerClass({ ...own, ...given(options), vhost: options.vhost ?? vhost });
    const { link } = this.consumer;
    this.fingerprint = identify(options.fingerprint, name, link.vhost);
    const table = new HandlerTable(new.target);
    this.#answersCalls = table.entries.some(({ category }) => category === 'rpc');
    const writer = new ResultWriter({ encoder, fingerprint: this.fingerprint, remoteStacks });
    this.#dispatcher = new Dispatcher({
      name,
      encoder,
      processor: this,
      table,
      responder: new Responder(link, { writer, store: options.replyStore }),
      failures: new FailurePolicy(link, {
        retry,
        component: this.fingerprint,
        onFailure,
        hasDeadLetterExchange: (queue) => this.consumer.hasDeadLetterExchange(queue),
      }),
      deadlines: link.deadlines,
      closing: this.#closing.signal,
      logger: link.logger,
      debug: debugAsked(),
      builtIn: (body) => this.#obey(body),
      onEnd: (how) => (how === 'restart' ? this.#tryRestart() : this.#leave(how)),
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#end = (reason) => (reason ? reject(reason) : resolve());
    });
    this.#ended.catch(() => {});
  }

  /**
   * Declares a handler without decorators: a function (`this` is the processor) or a Handler class.
   * `PingReceiver.handle('command', 'ping', function (content) { … })`, or with `{ category: 'rpc' }` for calls.
   */
  static handle<This extends MessageProcessor>(
    this: new (
      ...args: never[]
    ) => This,
    type: string,
    name: string | null,
    // biome-ignore lint/suspicious/noExplicitAny: without a contract the handler says itself what it expects
    handler: ((this: This, ...args: any[]) => unknown) | (new (...args: any[]) => { call(): unknown }),
    { category = 'message', view = 'content', filters = [] }: HandleOptions = {},
  ): void {
    declareFunction(this, { category, view, type, name }, handler, filters);
  }

  /** Connects, declares, binds and starts to consume. @throws ConnectError, TopologyError; nothing is left open then */
  override async create(): Promise<void> {
    try {
      if (this.#answersCalls) await this.consumer.link.openPublishing();
      await this.consumer.open();
      for (const queue of this.consumer.queues) this.#dispatcher.assertFits(queue);
      await this.consumer.startConsuming(this.#dispatcher.handle, this.#dispatcher);
    } catch (thrown) {
      await this.consumer.close();
      throw thrown;
    }
  }

  /** The same as {@link create}, for those who need no scheduler. */
  async start(): Promise<this> {
    await this.create();
    return this;
  }

  /** Waits until the processor ends; messages are handled as they come, not by steps. @throws ExitScheduler after `quit` */
  override async step(): Promise<void> {
    await this.#ended;
  }

  /** Takes no more messages: nothing starts any more, what runs goes on. Idempotent. */
  override stop(): void {
    super.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    void this.consumer.stopConsuming();
    this.#end();
  }

  /**
   * Stops, gives back what has not started, waits for what runs, settles it, and closes. After `timeoutMs` the handlers'
   * signals are aborted and it closes anyway, and rejects with a DrainError that says so. @default 30,000 ms
   */
  override async drain({ timeoutMs = 30_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.stop();
    const { unfinished } = await this.#drainConsumer(timeoutMs);
    if (unfinished === 0) return;
    throw new DrainError(
      `${this.constructor.name}: ${unfinished} messages were not finished in ${timeoutMs} ms and go back to their queues.`,
    );
  }

  /** How its link is, by asking the broker whether each queue has its consumer; not well before it starts nor after it stops. */
  override async health(): Promise<LinkHealth> {
    const health = await this.consumer.health();
    return wellWhile(this.consumer.consuming, health);
  }

  /** What happens to its connections, as it happens. */
  get events(): LinkEvents {
    return this.consumer.link.events;
  }

  /** Closes now: handlers that run are told by their signal, and their messages go back to their queues. Idempotent. */
  async close(): Promise<void> {
    this.stop();
    await this.#drainConsumer(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Takes messages from more queues, now if it runs already (P-B38). @throws TopologyError */
  async addEqks(eqks: Eqks): Promise<void> {
    for (const [exchange, keys] of eqks) {
      for (const [queue, routingKey, args] of keys)
        await this.consumer.bind(exchange, queue, routingKey, args);
    }
  }

  /** Calls back once after `delayMs`, unless the processor has stopped by then (P-B38). */
  addTimeout(delayMs: number, callback: () => void): void {
    if (this.stopSignal.aborted) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, delayMs);
    this.#timers.add(timer);
  }

  /**
   * Restarts the component: finishes what runs, starts the same program again and ends the scheduler. Called after the
   * message that asks for it was acked. Override it where something else supervises the process.
   */
  async restart(): Promise<void> {
    await this.#drainConsumer(30_000);
    await spawnReplacement();
    this.#leave('exit');
  }

  #obey({ category, type, name }: ReceivedBody): Fate | undefined {
    const { control } = this.constructor as typeof MessageProcessor;
    if (category !== 'message' || type !== 'command' || !control.includes(name as Control)) return undefined;
    return name === 'quit' ? 'exit' : 'restart';
  }

  #tryRestart(): void {
    this.restart().catch((thrown) => {
      this.consumer.link.logger.error(
        `${this.constructor.name} could not restart: ${toError(thrown).message}`,
      );
      this.#leave('exit');
    });
  }

  #leave(how: 'leave' | 'exit'): void {
    void this.consumer.stopConsuming();
    this.#end(how === 'exit' ? new ExitScheduler() : new ThreadDone());
  }

  async #drainConsumer(timeoutMs: number): Promise<DrainReport> {
    const report = await this.consumer.drain({ timeoutMs });
    this.#closing.abort(new ConnectionLostError('The processor was closed before the handler was done.'));
    return report;
  }
}

/** The options that were given: an explicit undefined does not beat a default, nor do empty `eqks` (P-B26). */
function given({ eqks, ...others }: MessageProcessorOptions): MessageProcessorOptions {
  const options = eqks?.length ? { ...others, eqks } : others;
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
