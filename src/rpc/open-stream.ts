import { Cancellation } from './cancellation.js';
import type { StreamReader } from './stream-reader.js';

/**
 * A stream that is read item by item: by `for await`, or by `Readable.from`. Nothing is sent before the first item is asked for. Whoever
 * leaves the loop, by `break`, `return` or a throw, gives it up, and the handler's `finally` runs at once. It can be read once.
 */
export interface OpenStream<Item = unknown> extends AsyncIterable<Item> {
  /**
   * The next item; `done` only when all have come, as many as the server has counted.
   * @throws RemoteError, StreamInterruptedError, TimeoutError where no server has begun it in time, CancelledError; what calls end with
   */
  next(): Promise<IteratorResult<Item, undefined>>;
  /** Gives it up. */
  return(): Promise<IteratorResult<Item, undefined>>;
  /** Gives it up: whoever waits for an item gets a CancelledError whose cause is the reason. Does nothing to one that has ended. */
  cancel(reason?: unknown): void;
  /** The stream itself: it can be read once. */
  [Symbol.asyncIterator](): OpenStream<Item>;
  /** Gives it up, as {@link return} does. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Has a stream begun; gives it when a server has it. */
export type BeginStream = (cancellation: Cancellation) => Promise<StreamReader>;

const done: IteratorResult<never, undefined> = { done: true, value: undefined };

/** Makes a stream that begins when its first item is asked for. */
export function openStream<Item>(begin: BeginStream): OpenStream<Item> {
  return new LazyStream(begin) as OpenStream<Item>;
}

class LazyStream implements OpenStream {
  readonly #begin: BeginStream;
  readonly #cancellation = new Cancellation();
  #beginning: Promise<StreamReader> | undefined;
  #reader: StreamReader | undefined;
  #isOver = false;

  constructor(begin: BeginStream) {
    this.#begin = begin;
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#reader) return this.#reader.next();
    return this.#isOver ? Promise.resolve(done) : this.#first();
  }

  async return(): Promise<IteratorResult<unknown, undefined>> {
    this.#isOver = true;
    if (this.#reader) this.#reader.leave();
    else this.#cancellation.cancel('the reader has left it');
    return done;
  }

  cancel(reason?: unknown): void {
    if (this.#reader) this.#reader.cancel(reason);
    else this.#cancellation.cancel(reason);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** One that could not begin is over; it throws once, as a generator does. */
  async #first(): Promise<IteratorResult<unknown, undefined>> {
    try {
      this.#beginning ??= this.#begin(this.#cancellation);
      this.#reader = await this.#beginning;
    } catch (thrown) {
      this.#isOver = true;
      throw thrown;
    }
    if (this.#isOver) this.#reader.leave();
    return await this.#reader.next();
  }
}
