import type { LinkHealth, LinkOptions } from '../amqp/index.js';
import { usualDrainMs } from '../common/drain-limit.js';
import { duration } from '../common/numbers.js';
import { sleep, within } from '../common/timers.js';
import {
  aroundOf,
  connectionName,
  Dispatch,
  type IdentityOptions,
  identify,
  stoppedBefore,
} from '../component/index.js';
import { ConfigurationError } from '../errors.js';
import { defaultLogger, guardLogger, type Logger } from '../logger.js';
import { Outage, onPut, type Store } from '../once/index.js';
import { DrainError, type DrainOptions, StandingThread } from '../scheduler/index.js';
import { Departures } from './departures.js';

/** How an {@link OutboxRelay} works. */
export interface OutboxRelayOptions extends LinkOptions {
  /** Where the messages are. */
  readonly store: Store;
  /** Who it is, for logs and the broker's management page. @default 'OutboxRelay' */
  readonly name?: string | undefined;
  /** How often it looks for what other processes have put, in milliseconds; what this one has put leaves at once. @default 1,000 */
  readonly everyMs?: number | undefined;
  /** Which key signs what it sends: that of the components which have put it. See docs/identity.md. @default none */
  readonly identity?: IdentityOptions | undefined;
}

/** How a relay is. */
export interface OutboxRelayHealth extends LinkHealth {
  /** The messages that could not be sent when it was tried last, and are tried again. They make it unwell. */
  readonly failing: number;
}

/** So many are taken at once. */
const atOnce = 200;

/**
 * Sends the messages that `with({ outbox: store })` has left in a store, each when its transaction is committed, with the id that it was given:
 * at least once, and once for who handles with `static once`. There may be any number of them. It is a micro thread: for a
 * MicroScheduler, or `start()`. See docs/once.md.
 */
export class OutboxRelay extends StandingThread {
  readonly #name: string;
  readonly #everyMs: number;
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #dispatch: Dispatch;
  readonly #departures: Departures;
  readonly #outage: Outage;
  /** Aborted when it is to end whatever is under way. */
  readonly #closing = new AbortController();
  #nap = new AbortController();
  #starting: Promise<void> | undefined;
  #running: Promise<void> = Promise.resolve();

  /** Connects nothing yet. @throws ConfigurationError */
  constructor({ store, name = 'OutboxRelay', everyMs = 1_000, identity, ...link }: OutboxRelayOptions) {
    super();
    if (typeof store?.relay !== 'function')
      throw new ConfigurationError(
        `${name} needs a store: new OutboxRelay({ store: new PostgresStore(pool) }).`,
      );
    this.#name = name;
    this.#store = store;
    this.#everyMs = duration(`${name}: everyMs`, everyMs, { min: 1 });
    this.#logger = guardLogger(link.logger ?? defaultLogger());
    // What is traced is whoever has put a message, and its middleware is done.
    const around = aroundOf({ middleware: [], telemetry: false }, { identity }, name);
    const options = { connectionName: connectionName(identify({ name }, name)), ...link };
    this.#dispatch = new Dispatch(options, { style: 'messaging', name }, around);
    this.#departures = new Departures(this.#dispatch, name, this.#logger, this.#closing.signal);
    this.#outage = new Outage(`${name}: ${store.name}`, this.#logger);
  }

  /** Connects and begins to send; after a failure it may be tried again. @throws ConnectError; ClosedError when it was stopped before */
  override create(): Promise<void> {
    this.#starting ??= this.#start().catch((thrown) => {
      this.#starting = undefined;
      throw thrown;
    });
    return this.#starting;
  }

  /** The same as {@link create}, for those who need no scheduler. */
  async start(): Promise<this> {
    await this.create();
    return this;
  }

  /** How its link is, and whether all leaves. */
  override async health(): Promise<OutboxRelayHealth> {
    const health = await this.#dispatch.health();
    const { failing } = this.#departures;
    const isRunning = this.#starting !== undefined && !this.stopSignal.aborted;
    return { ...health, failing, ok: health.ok && isRunning && failing === 0 };
  }

  /** Takes no more, waits for what is under way, and closes; what has not left by then stays in the store. @throws DrainError @default 8,000 ms */
  override async drain({ timeoutMs = usualDrainMs }: Partial<DrainOptions> = {}): Promise<void> {
    duration(`${this.#name}.drain: timeoutMs`, timeoutMs);
    this.stop();
    const isDone = await within(
      this.#running.then(() => true),
      timeoutMs,
      () => false,
    );
    this.#closing.abort();
    await this.#running;
    await this.#dispatch.close();
    if (!isDone)
      throw new DrainError(
        `${this.#name}: what was under way had not left in ${timeoutMs} ms; it is sent again.`,
      );
  }

  /** Ends now. Idempotent. */
  async close(): Promise<void> {
    await this.drain({ timeoutMs: 0 }).catch(() => {});
  }

  /** As {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #start(): Promise<void> {
    if (this.stopSignal.aborted) throw stoppedBefore(this.#name, this.stopSignal);
    await this.#dispatch.open();
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    const { stopSignal } = this;
    const unwatch = onPut(this.#store, () => this.#nap.abort());
    while (!stopSignal.aborted) {
      this.#nap = new AbortController();
      const taken = await this.#relay();
      const signal = AbortSignal.any([stopSignal, this.#nap.signal]);
      if (taken < atOnce) await sleep(this.#everyMs, { signal });
    }
    unwatch();
  }

  /** Never throws. */
  async #relay(): Promise<number> {
    try {
      const taken = await this.#store.relay(atOnce, (messages) => this.#departures.send(messages));
      this.#outage.isOver();
      return taken;
    } catch (thrown) {
      await this.#outage.rest(thrown, this.stopSignal);
      return atOnce;
    }
  }
}
