import { EventEmitter, once } from 'node:events';
import type { ChannelModel } from 'amqplib';
import { sleep } from '../../common/timers.js';
import { ClosedError, ConnectionLostError, TopologyError, toError } from '../../errors.js';
import { closeInTime } from '../common/close-in-time.js';
import { replyCode } from './broker-error.js';
import type { ConnectionEvents } from './connection-events.js';
import type { ConnectionHealth } from './connection-health.js';
import { connectionLost } from './connection-loss.js';
import { type Dialled, dial } from './dial.js';
import { connectPatiently } from './first-connect.js';
import { LoopWatch } from './loop-watch.js';
import type { OutageLog } from './outage-log.js';
import { ReconnectPace } from './reconnect-pace.js';
import { setUp } from './set-up.js';
import type { Settings } from './settings.js';

/**
 * One AMQP connection that comes back by itself, for ever, with back-off and jitter. Only the first connect may fail.
 * amqplib's own recovery is not used: it knows one address, and a connection lost while it sets up stays dead.
 */
export class RecoveringConnection extends EventEmitter<ConnectionEvents> {
  readonly #settings: Settings;
  readonly #name: string;
  readonly #outages: OutageLog;
  readonly #prepare: (model: ChannelModel) => Promise<void>;
  readonly #closing = new AbortController();
  readonly #pace = new ReconnectPace();
  readonly #loop = new LoopWatch();
  #opening: Promise<void> | undefined;
  #reconnecting: Promise<void> | undefined;
  #isKept = false;
  #model: ChannelModel | undefined;
  #cutOff: (() => void) | undefined;
  readonly #refusals = new WeakMap<ChannelModel, Error>();
  #blocked: string | undefined;
  #lastError: Pick<ConnectionHealth, 'lastError' | 'lastErrorAt'> | undefined;

  /**
   * @param prepare runs on each connection that comes after a lost one, before anybody else sees it: it re-declares. A
   * TopologyError of it says that the connection was closed for something that it will not ask for again.
   */
  constructor(
    settings: Settings,
    name: string,
    outages: OutageLog,
    prepare: (model: ChannelModel) => Promise<void>,
  ) {
    super();
    this.setMaxListeners(0);
    this.#settings = settings;
    this.#name = name;
    this.#outages = outages;
    this.#prepare = prepare;
  }

  /** The connection while it is up. */
  get model(): ChannelModel | undefined {
    return this.#model;
  }

  /**
   * Why the broker itself is closing the present connection, while it does: something sent on it was unacceptable. Told
   * before the channels are gone, so that their owners know that sending the same again would end the same.
   */
  get refusal(): Error | undefined {
    return this.#model && this.#refusals.get(this.#model);
  }

  /** Why the broker itself has closed a connection of ours, or is closing it; undefined where it did not. */
  refusalOf(model: ChannelModel): Error | undefined {
    return this.#refusals.get(model);
  }

  /** How it is now. */
  get health(): ConnectionHealth {
    const used = this.#model ? 'up' : this.#opening ? 'down' : 'unused';
    return {
      state: this.closed ? 'closed' : used,
      ...(this.#blocked !== undefined && { blocked: this.#blocked }),
      ...this.#lastError,
    };
  }

  /** True while the broker reads nothing of what is written. */
  get blocked(): boolean {
    return this.#blocked !== undefined;
  }

  /** True after {@link close}. */
  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /**
   * Connects for the first time; later calls share the outcome, until it failed.
   * @throws ConnectError when no address lets us in; ClosedError after {@link close}.
   */
  open(): Promise<void> {
    this.#opening ??= this.#connectFirst().catch((thrown) => {
      this.#opening = undefined;
      throw thrown;
    });
    return this.#opening;
  }

  /** Connects if nobody has yet, and tries until it succeeds: for those who can wait. */
  keepOpen(): void {
    if (this.#isKept || this.closed) return;
    this.#isKept = true;
    this.#keep();
  }

  /** The connection, as soon as it is up. @throws ClosedError when it is closed before that. */
  async whenUp(): Promise<ChannelModel> {
    while (!this.#model) {
      await once(this, 'up', { signal: this.#closing.signal }).catch((cause) => {
        throw new ClosedError('The link is closed.', { cause });
      });
    }
    return this.#model;
  }

  /** Makes another connection in place of one on which the broker does not answer any more. */
  giveUp(model: ChannelModel): void {
    if (this.#model !== model) return;
    const cutOff = this.#cutOff;
    this.#lose(new ConnectionLostError('the broker does not answer on it'));
    cutOff?.();
  }

  /**
   * Closes for good, in 2 s at most: then the socket is ended without the peer's word. What was written before is flushed
   * only by closing its channel first (amqplib issue 637).
   */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#loop.stop();
    const model = this.#model;
    this.#model = undefined;
    await this.#opening?.catch(() => {});
    await this.#reconnecting;
    if (!model) return;
    await closeInTime(model);
    // Nothing is left to be said. A broker that blocks us would not read that we go, and hold the process.
    this.#cutOff?.();
  }

  async #connectFirst(): Promise<void> {
    const { firstConnect } = this.#settings;
    // Nothing was lost yet: what is declared already was declared on the link's other connection, and is there.
    await connectPatiently(() => this.#connect(async () => {}), {
      ...firstConnect,
      signal: this.#closing.signal,
      onFailure: (error, attempt) =>
        this.#outages.isAway(this, error, `attempt ${attempt} of ${firstConnect.attempts}: ${error.message}`),
    }).catch((thrown) => {
      this.#outages.gaveUp(this);
      throw thrown;
    });
  }

  #keep(): void {
    this.open().catch((thrown) => {
      if (this.closed) return;
      this.#outages.isAway(this, toError(thrown), toError(thrown).message);
      // Somebody who shared the attempt may have begun another one already.
      if (this.#opening) this.#keep();
      else this.#opening = this.#reconnect();
    });
  }

  async #connect(prepare: (model: ChannelModel) => Promise<void>): Promise<void> {
    this.#blocked = undefined;
    const isFirst = this.#reconnecting === undefined;
    const dialled = await dial(this.#settings, this.#name, this.#closing.signal, isFirst).catch((thrown) => {
      throw this.closed ? new ClosedError('The link is closed.', { cause: thrown }) : thrown;
    });
    this.#listenTo(dialled);
    await setUp(dialled, prepare);
    const { model, cutOff } = dialled;
    if (this.closed) {
      if (!(await closeInTime(model))) cutOff();
      throw new ClosedError('The link is closed.');
    }
    this.#model = model;
    this.#cutOff = cutOff;
    this.#pace.connected();
    this.#loop.start();
    this.#outages.isBack(this);
    this.emit('up', model);
  }

  #listenTo({ model, cutOff }: Dialled): void {
    let reason: Error | undefined;
    model.setMaxListeners(0);
    model.on('error', (error: Error) => {
      reason = error;
      if (replyCode(error) !== undefined) this.#refusals.set(model, error);
    });
    model.on('close', (error?: Error) => {
      // Not ended in good order: what still waits for a silent peer must not reach it late, nor hold the process.
      if (error && replyCode(error) === undefined) cutOff();
      if (this.#model === model) this.#lose(error ?? reason);
    });
    model.on('blocked', (why: string) => this.#block(why));
    model.on('unblocked', () => this.#block(undefined));
  }

  #block(reason: string | undefined): void {
    this.#blocked = reason;
    this.#outages.blocks(reason);
    if (reason === undefined) this.emit('unblocked');
    else this.emit('blocked', reason);
  }

  #lose(cause: Error | undefined): void {
    this.#model = undefined;
    this.#blocked = undefined;
    this.#pace.lost();
    if (this.closed) return;
    const error = connectionLost(cause, this.#loop, this.#settings);
    this.#lastError = { lastError: error.message, lastErrorAt: new Date().toISOString() };
    this.#outages.isAway(this, error, `${error.message} Reconnecting.`);
    this.emit('down', error);
    this.#reconnecting = this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    for (let attempt = 1; !this.closed; attempt++) {
      await sleep(this.#pace.next(), { signal: this.#closing.signal });
      if (this.closed) return;
      try {
        return await this.#connect(this.#prepare);
      } catch (thrown) {
        if (this.closed) return;
        this.#failed(toError(thrown), attempt);
      }
    }
  }

  #failed(error: Error, attempt: number): void {
    this.#lastError = { lastError: error.message, lastErrorAt: new Date().toISOString() };
    this.#outages.isAway(this, error, `attempt ${attempt}: ${error.message}`);
    // What was refused is left out of the next attempt.
    if (error.cause instanceof TopologyError) this.#pace.excuse();
    this.emit('failed', error, attempt);
  }
}
