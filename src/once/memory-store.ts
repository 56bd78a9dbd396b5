import type {
  Departure,
  HandledMessage,
  KnownMessage,
  LeavingMessage,
  Store,
  WaitingMessage,
} from './store.js';

/** A transaction of memory: what is to be done when it is committed. */
export interface MemoryTransaction {
  /** Does something when all has gone well, in the order in which it was given; not at all when the handler throws. It must not throw. */
  onCommit(effect: () => void): void;
}

interface Entry extends HandledMessage {
  /** Until when it is known, by `performance.now()`. */
  readonly until: number;
}

interface Waiting extends WaitingMessage {
  failures: number;
  /** When it is to be sent, by `performance.now()`; never while somebody has it. */
  nextAt: number;
}

class Pending implements MemoryTransaction {
  readonly effects: (() => void)[] = [];
  /** What it has claimed, by its key. */
  readonly claimed = new Map<string, Entry>();
  end!: () => void;
  /** Resolves when it is committed or rolled back. */
  readonly over = new Promise<void>((resolve) => {
    this.end = resolve;
  });

  onCommit(effect: () => void): void {
    this.effects.push(effect);
  }
}

/**
 * Keeps in memory which messages were handled, and which are to leave: for tests, and for services that write into memory only. It is as old as its process, which
 * is what a database is for.
 */
export class MemoryStore implements Store<MemoryTransaction> {
  readonly name = 'memory';
  readonly #handled = new Map<string, Entry>();
  readonly #outbox = new Set<Waiting>();
  /** What transactions that are not over have claimed, and when those are over. */
  readonly #claims = new Map<string, Promise<void>>();

  /** @see Store.transact */
  async transact<T>(work: (transaction: MemoryTransaction) => Promise<T>): Promise<T> {
    const pending = new Pending();
    try {
      const given = await work(pending);
      for (const [key, entry] of pending.claimed) this.#handled.set(key, entry);
      for (const effect of pending.effects) effect();
      return given;
    } finally {
      for (const key of pending.claimed.keys()) this.#claims.delete(key);
      pending.end();
    }
  }

  /** @see Store.claim */
  async claim(transaction: MemoryTransaction, message: KnownMessage): Promise<HandledMessage | undefined> {
    const key = keyOf(message);
    const pending = transaction as Pending;
    for (let other = this.#claims.get(key); other; other = this.#claims.get(key)) await other;
    const before = this.#handled.get(key);
    if (before) return { digest: before.digest, answer: before.answer };
    this.#claims.set(key, pending.over);
    pending.claimed.set(key, entryOf(message));
    return undefined;
  }

  /** @see Store.keepAnswer */
  async keepAnswer(transaction: MemoryTransaction, message: KnownMessage, answer: Buffer): Promise<void> {
    const { claimed } = transaction as Pending;
    claimed.set(keyOf(message), entryOf(message, answer));
  }

  /** @see Store.forget */
  async forget(most: number): Promise<number> {
    const now = performance.now();
    const over = [...this.#handled].filter(([, { until }]) => until < now).slice(0, most);
    for (const [key] of over) this.#handled.delete(key);
    return over.length;
  }

  /** @see Store.put */
  async put(transaction: MemoryTransaction, { bytes }: LeavingMessage): Promise<void> {
    transaction.onCommit(() => this.#outbox.add({ bytes, failures: 0, nextAt: 0 }));
  }

  /** @see Store.relay */
  async relay(
    most: number,
    send: (messages: readonly WaitingMessage[]) => Promise<readonly Departure[]>,
  ): Promise<number> {
    const due = [...this.#outbox].filter(({ nextAt }) => nextAt <= performance.now()).slice(0, most);
    for (const each of due) each.nextAt = Infinity;
    const departures = await send(due).catch((thrown) => {
      for (const each of due) each.nextAt = 0;
      throw thrown;
    });
    for (const [at, each] of due.entries()) {
      const departure = departures[at];
      if (departure === 'left') this.#outbox.delete(each);
      else keep(each, departure?.againInMs ?? 0);
    }
    return due.length;
  }

  /** Memory needs no tables. */
  async migrate(): Promise<void> {}
}

function keep(message: Waiting, againInMs: number): void {
  message.failures++;
  message.nextAt = performance.now() + againInMs;
}

function entryOf({ digest, keepMs }: KnownMessage, answer?: Buffer): Entry {
  return { digest, answer, until: performance.now() + keepMs };
}

function keyOf({ consumer, id }: KnownMessage): string {
  return `${consumer}\0${id}`;
}
