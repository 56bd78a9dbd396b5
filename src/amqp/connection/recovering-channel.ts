import type { Channel, ChannelModel } from 'amqplib';
import { sleep } from '../../common/timers.js';
import { ClosedError, ConnectionLostError, toError } from '../../errors.js';
import type { Logger } from '../../logger.js';
import { closeInTime } from '../common/close-in-time.js';
import { brokerText, isRefusal } from './broker-error.js';
import { channelLimit } from './channel-limits.js';
import { openFresh } from './fresh-channel.js';
import { ReconnectPace } from './reconnect-pace.js';
import type { RecoveringConnection } from './recovering-connection.js';
import { RefusalLog } from './refusal-log.js';

/** Why a channel is gone. */
export interface ChannelLoss {
  readonly error: Error;
  /**
   * Set when the broker did it because of something that was sent: on this very channel, or on some channel of the
   * connection, which it has closed then. Undefined for a connection that was lost.
   */
  readonly refused: 'channel' | 'connection' | undefined;
}

/** What the owner of a {@link RecoveringChannel} does with it. */
export interface ChannelRole<C extends Channel> {
  /** Whose it is, for people: `queue 'orders'`. */
  readonly name: string;
  /** Opens the raw channel. */
  open(model: ChannelModel): Promise<C>;
  /** Makes a new channel ready for use: prefetch, consumers. It may be asked again and again. */
  setUp(channel: C): Promise<void>;
  /**
   * Whether a channel that was lost within a second counts as a failed attempt: what has ended it may end the next one as soon.
   * A publisher learns from each loss which message was to blame, and goes on at once.
   */
  readonly isPaced?: boolean;
  /** What is to be done about a refusal, as a sentence behind the broker's words. @default nothing */
  adviceOn?(words: string): string;
  /** The channel is ready, for the first time or again. */
  onUp?(channel: C): void;
  /** The channel is gone; another one is being opened. */
  onDown?(loss: ChannelLoss): void;
}

/** One channel that comes back by itself: when its connection does, and when it alone was closed. */
export class RecoveringChannel<C extends Channel> {
  readonly #connection: RecoveringConnection;
  readonly #role: ChannelRole<C>;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  readonly #pace = new ReconnectPace();
  readonly #refusals: RefusalLog;
  readonly #onConnectionUp = (): void => {
    this.#pace.reset();
    void this.#reopen();
  };
  #channel: C | undefined;
  #reopening = false;

  constructor(connection: RecoveringConnection, role: ChannelRole<C>, logger: Logger) {
    this.#connection = connection;
    this.#role = role;
    this.#logger = logger;
    this.#refusals = new RefusalLog(role.name, logger);
  }

  /** The channel while it is ready. */
  get channel(): C | undefined {
    return this.#channel;
  }

  /**
   * Opens it for the first time; a connection that is lost meanwhile is waited for, and it begins again.
   * @throws the error of the set-up, so that a refusal is seen by whoever asked for it; ClosedError when the connection is
   * closed before it is up.
   */
  async open(): Promise<void> {
    for (let opened = false; !opened; ) opened = await this.#openUnlessLost(await this.#connection.whenUp());
    this.#connection.on('up', this.#onConnectionUp);
    if (!this.#channel) void this.#reopen();
  }

  /** Opens it as soon as the connection is up; what goes wrong is logged and tried again. */
  start(): void {
    this.#connection.on('up', this.#onConnectionUp);
    this.#connection.keepOpen();
    void this.#reopen();
  }

  /**
   * Goes on with a fresh channel; where the broker does not even close the old one, with a fresh connection. The owner
   * knows, so it is not told that the old channel is gone.
   */
  replace(): void {
    const { model } = this.#connection;
    const channel = this.#channel;
    this.#channel = undefined;
    if (!channel || !model) return;
    void closeInTime(channel).then((isClosed) => {
      if (isClosed) void this.#reopen();
      else this.#connection.giveUp(model);
    });
  }

  /**
   * Goes on with a fresh channel, and leaves the old one to its owner, who closes it. Undefined while there is none.
   * @param isLost it is of no use any more, though it is open; otherwise the owner wants another one.
   */
  renew({ isLost }: { readonly isLost: boolean }): C | undefined {
    const channel = this.#channel;
    this.#channel = undefined;
    if (isLost) this.#pace.lost();
    else this.#pace.reset();
    if (channel) void this.#reopen();
    return channel;
  }

  /** Closes it for good, after everything written to it is on its way; a broker that blocks us is not waited for. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#connection.off('up', this.#onConnectionUp);
    const channel = this.#channel;
    this.#channel = undefined;
    if (channel && !this.#connection.blocked) await closeInTime(channel);
  }

  async #openUnlessLost(model: ChannelModel): Promise<boolean> {
    try {
      await this.#openOn(model);
      return true;
    } catch (thrown) {
      const limit = channelLimit(this.#connection.refusalOf(model));
      if (limit || this.#connection.model === model || isRefusal(thrown)) throw limit ?? thrown;
      return false;
    }
  }

  async #openOn(model: ChannelModel): Promise<void> {
    const channel = await openFresh(() => this.#role.open(model));
    let refusal: Error | undefined;
    let gone = false;
    channel.on('error', (error: Error) => {
      refusal = error;
    });
    channel.on('close', () => {
      gone = true;
      if (this.#channel === channel) this.#lose(this.#lossBy(refusal));
    });
    await this.#role.setUp(channel);
    // It may have closed with its connection before we listened.
    if (gone || this.#connection.model !== model) throw refusal ?? lostInSetUp();
    if (this.#closing.signal.aborted) {
      await closeInTime(channel);
      throw new ClosedError('The channel is closed.');
    }
    this.#channel = channel;
    this.#refusals.granted();
    if (this.#role.isPaced) this.#pace.connected();
    else this.#pace.reset();
    this.#role.onUp?.(channel);
  }

  #lossBy(refusal: Error | undefined): ChannelLoss {
    if (refusal) return { error: refusal, refused: 'channel' };
    const error = this.#connection.refusal;
    return error
      ? { error, refused: 'connection' }
      : { error: new ConnectionLostError('connection lost'), refused: undefined };
  }

  #lose(loss: ChannelLoss): void {
    this.#channel = undefined;
    this.#pace.lost();
    this.#role.onDown?.(loss);
    // When the connection goes, too, its `up` begins anew.
    if (loss.refused !== 'channel') return;
    this.#logger.warn(`The channel of ${this.#role.name} is opened again: ${loss.error.message}`);
    void this.#reopen();
  }

  /** Tries until it is open, or until the connection is gone: the next `up` begins again. */
  async #reopen(): Promise<void> {
    if (this.#reopening) return;
    this.#reopening = true;
    const { signal } = this.#closing;
    while (!this.#channel && !signal.aborted) {
      const restMs = this.#pace.again();
      if (restMs > 0) await sleep(restMs, { signal });
      const model = this.#connection.model;
      if (!model || signal.aborted) break;
      try {
        await this.#openOn(model);
      } catch (thrown) {
        // With another connection, or none, the loop begins anew.
        if (signal.aborted || this.#connection.model !== model) continue;
        this.#tell(toError(thrown));
      }
    }
    this.#reopening = false;
  }

  #tell(error: Error): void {
    const words = brokerText(error);
    const refused = isRefusal(error) ? `RabbitMQ refused: ${words}` : words;
    const sentence = /[.!?]$/.test(refused) ? refused : `${refused}.`;
    this.#refusals.refused(error, `${sentence}${this.#role.adviceOn?.(words) ?? ''}`);
  }
}

function lostInSetUp(): Error {
  return new ConnectionLostError('The channel was closed while it was being set up.');
}
