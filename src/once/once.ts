import { isWaybillError, StoreUnavailableError, toError } from '../errors.js';
import type { Logger } from '../logger.js';
import { Outage } from './outage.js';
import type { HandledMessage, KnownMessage, Store } from './store.js';
import { Sweeper } from './sweeper.js';
import { transact } from './transactions.js';

/** What a {@link Once} works with. */
export interface OnceOptions {
  readonly store: Store;
  /** How long a message is known, in milliseconds. */
  readonly keepMs: number;
  /** Who handles. */
  readonly owner: string;
  readonly logger: Logger;
}

/** One message, and what there is to do for it. */
export interface OnceWork<T> {
  readonly message: KnownMessage;
  /** Nobody waits for it any more. */
  readonly signal: AbortSignal;
  /** Handles it, in the transaction. What it gives to `keep` is what it was answered. */
  handle(keep: (answer: Buffer) => Promise<void>): Promise<T>;
  /** It was handled before. */
  seen(before: HandledMessage): T;
}

/** So often a message is begun again whose transaction the database has left: who ends the database each time must end, too. */
const mostLost = 5;

/** Handles each message once: its handler and the note that it has run are one transaction. */
export class Once {
  readonly #store: Store;
  readonly #outage: Outage;
  readonly #sweeper: Sweeper;

  constructor({ store, keepMs, owner, logger }: OnceOptions) {
    this.#store = store;
    this.#outage = new Outage(`${owner}: ${store.name}`, logger);
    this.#sweeper = new Sweeper(store, keepMs, logger);
  }

  /**
   * Handles a message, or tells that it was. While the store is away it waits: that is no fault of the message.
   * @throws what handling throws, with nothing done; the reason of the signal while it waits
   */
  async run<T>(work: OnceWork<T>): Promise<T> {
    const { signal } = work;
    for (let lost = 0; ; ) {
      let isBegun = false;
      const begin = (): void => {
        isBegun = true;
      };
      try {
        const given = await transact(this.#store, (transaction) => this.#handle(transaction, work, begin));
        this.#outage.isOver();
        this.#sweeper.sweep();
        return given;
      } catch (thrown) {
        if (!isWaybillError(thrown, 'STORE_UNAVAILABLE')) throw thrown;
        if (isBegun && ++lost > mostLost) throw thrown;
        await this.#outage.rest(thrown, signal);
        if (signal.aborted) throw signal.reason;
      }
    }
  }

  async #handle<T>(
    transaction: unknown,
    { message, handle, seen }: OnceWork<T>,
    begin: () => void,
  ): Promise<T> {
    const store = this.#store;
    const before = await ofStore(() => store.claim(transaction, message));
    if (before) return seen(before);
    begin();
    return await handle((answer) => ofStore(() => store.keepAnswer(transaction, message, answer)));
  }
}

/** What a store's own statements throw, as for a table that is not there, is no fault of the message that happens to be there. */
async function ofStore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (isWaybillError(thrown, 'STORE_UNAVAILABLE')) throw thrown;
    throw new StoreUnavailableError(toError(thrown).message, { cause: thrown });
  }
}
