/** Stores, in which is written down which messages were handled, and their transactions. */
export { MemoryStore, type MemoryTransaction } from './memory-store.js';
export {
  type PostgresClient,
  type PostgresPool,
  PostgresStore,
  type PostgresStoreOptions,
} from './postgres-store.js';
export { type SqliteDatabase, SqliteStore, type SqliteStoreOptions } from './sqlite-store.js';
export type {
  Departure,
  HandledMessage,
  KnownMessage,
  LeavingMessage,
  Store,
  WaitingMessage,
} from './store.js';
export type { TableNames } from './table-names.js';
export { transact, transactionOf } from './transactions.js';
