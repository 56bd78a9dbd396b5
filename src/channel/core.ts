import type { OwnChannel, RawChannel } from '../amqp/index.js';
import { nextTurn } from '../common/next-turn.js';
import { ConfigurationError, toError } from '../errors.js';
import { ChannelError, errorOfEnd, errorOfRefusal } from './channel-error.js';

/** What all parts of a channel stand on: how the broker is asked, and what is thrown when the channel has ended. */
export class ChannelCore {
  /** Resolves when the channel is closed, with the error where one has closed it. Never rejects. */
  readonly closed: Promise<Error | undefined>;
  readonly raw: RawChannel;
  readonly #own: OwnChannel;
  readonly #onEnd: ((error: Error, isFault: boolean) => void)[] = [];
  #end: Error | undefined;
  #isClosing = false;

  constructor(own: OwnChannel) {
    this.#own = own;
    this.raw = own.raw;
    this.closed = own.ended.then((end) => {
      const error = errorOfEnd(end);
      this.#end = error;
      for (const listener of this.#onEnd) listener(error, end !== undefined);
      return end && error;
    });
  }

  /** True until it is closed, by us or by the broker. */
  get isOpen(): boolean {
    return this.#end === undefined && !this.#isClosing;
  }

  /** Why it has ended. */
  get end(): Error | undefined {
    return this.#end;
  }

  /** Tells when the channel has ended, and whether that is a fault. */
  onEnd(listener: (error: Error, isFault: boolean) => void): void {
    this.#onEnd.push(listener);
  }

  /**
   * Asks the broker and waits for the answer.
   * @param what is asked for, for the error that tells of the end of the whole connection
   * @throws ConfigurationError for what AMQP cannot carry, ChannelError, ClosedError, ConnectionLostError
   */
  async ask<T>(work: (raw: RawChannel) => Promise<T>, what?: string): Promise<T> {
    this.refuseWhenClosed();
    try {
      return await work(this.raw);
    } catch (thrown) {
      const error = errorOfRefusal(thrown);
      // amqplib's encoder, before anything was sent: a name without room, a number too large.
      if (thrown instanceof TypeError || thrown instanceof RangeError) throw unsendable(thrown);
      if (error instanceof ChannelError) throw error;
      // A channel that went away under it says why by itself; amqplib says only that it has ended.
      const end = (await this.#endSoon()) ?? error;
      throw end instanceof ChannelError && what !== undefined ? end.during(what) : end;
    }
  }

  /** Writes what has no answer. @throws ConfigurationError for what AMQP cannot carry, ClosedError */
  write(work: (raw: RawChannel) => unknown): void {
    this.refuseWhenClosed();
    try {
      work(this.raw);
    } catch (thrown) {
      throw unsendable(thrown);
    }
  }

  /** @throws what has ended the channel, or ClosedError */
  refuseWhenClosed(): void {
    if (this.#end) throw this.#end;
    if (this.#isClosing) throw errorOfEnd(undefined);
  }

  /** Takes nothing more from users. */
  beginClosing(): void {
    this.#isClosing = true;
  }

  /** Closes it. Never throws. */
  async close(): Promise<void> {
    await this.#own.close();
  }

  /** The reason, if the channel ends within this turn. */
  async #endSoon(): Promise<Error | undefined> {
    const turn = new Promise<undefined>((resolve) => {
      nextTurn(() => resolve(undefined));
    });
    return await Promise.race([this.closed, turn]);
  }
}

function unsendable(thrown: unknown): ConfigurationError {
  return new ConfigurationError(`This cannot be sent: ${toError(thrown).message}.`, { cause: thrown });
}
