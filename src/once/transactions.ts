import { AsyncLocalStorage } from 'node:async_hooks';
import { sharedByCopies } from '../common/shared-by-copies.js';
import { ConfigurationError } from '../errors.js';
import type { Store } from './store.js';

/** A transaction that is begun, and those around it, which are of other stores. */
interface Begun {
  readonly store: object;
  readonly transaction: unknown;
  readonly around: Begun | undefined;
  isOver: boolean;
  /** What is told of its commit. */
  readonly committed: Set<() => void>;
}

const scopes = sharedByCopies('transactions', () => new AsyncLocalStorage<Begun>());

/**
 * The transaction in which the handler runs, typed by its store: a client of `pg`, a database of SQLite. What is done by it is done when
 * the message is, or not at all.
 * @throws ConfigurationError where none is: outside of handlers and of {@link transact}, and after they have ended
 */
export function transactionOf<Transaction>(store: Store<Transaction>): Transaction {
  const begun = begunIn(store);
  if (begun) return begun.transaction as Transaction;
  throw new ConfigurationError(
    `transactionOf: no transaction of ${store.name} is open here. There is one in handlers of a component with 'static once = { store }' ` +
      'and within transact(store, …), until they have ended: await there what needs it.',
  );
}

/**
 * Runs something in a transaction: committed when it has ended, rolled back when it throws. Within one of the same store it is part of
 * that one.
 * @throws what `work` throws; StoreUnavailableError
 */
export async function transact<Transaction, T>(
  store: Store<Transaction>,
  work: (transaction: Transaction) => T | Promise<T>,
): Promise<T> {
  const begun = begunIn(store);
  if (begun) return await work(begun.transaction as Transaction);
  let committed: Begun['committed'] | undefined;
  const given = await store.transact(async (transaction) => {
    committed = new Set();
    const own: Begun = { store, transaction, around: scopes.getStore(), isOver: false, committed };
    try {
      return await scopes.run(own, () => work(transaction));
    } finally {
      own.isOver = true;
    }
  });
  for (const tell of committed ?? []) tell();
  return given;
}

/** Tells when the transaction that runs is committed, where it is. It must not throw. */
export function whenCommitted(store: Store, tell: () => void): void {
  begunIn(store)?.committed.add(tell);
}

function begunIn(store: object): Begun | undefined {
  let begun = scopes.getStore();
  while (begun && (begun.store !== store || begun.isOver)) begun = begun.around;
  return begun;
}
