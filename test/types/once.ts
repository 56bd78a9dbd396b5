// What a handler gets of its store, typed by it.
import type BetterSqlite from 'better-sqlite3';
import { expectTypeOf } from 'expect-type';
import type { Pool, PoolClient } from 'pg';
import { MessageProcessor, type OnceSetting } from 'waybill';
import {
  MemoryStore,
  type MemoryTransaction,
  PostgresStore,
  SqliteStore,
  transact,
  transactionOf,
} from 'waybill/once';
import { typeCase } from './type-case.js';

declare const pool: Pool;
declare const database: BetterSqlite.Database;

typeCase('a transaction has the type of its store', () => {
  const postgres = new PostgresStore(pool);
  const sqlite = new SqliteStore(database);
  const memory = new MemoryStore();
  expectTypeOf(transactionOf(postgres)).toEqualTypeOf<PoolClient>();
  expectTypeOf(transactionOf(sqlite)).toEqualTypeOf<BetterSqlite.Database>();
  expectTypeOf(transactionOf(memory)).toEqualTypeOf<MemoryTransaction>();
  expectTypeOf(transact(postgres, (client) => client.query('SELECT 1'))).resolves.toHaveProperty('rows');
  expectTypeOf(transact(memory, () => 1)).toEqualTypeOf<Promise<number>>();
});

typeCase('a component says its store, and what its messages are known by', () => {
  const store = new PostgresStore(pool);
  return class Orders extends MessageProcessor {
    static override readonly once = {
      store,
      key: ({ content }: { readonly content: unknown }) => String(content),
    };
  };
});

typeCase('what is no store', () => {
  // @ts-expect-error Type 'Pool' is missing the following properties from type 'Store<unknown>'
  const mistaken: OnceSetting = { store: pool };
  // @ts-expect-error Type 'Pool' is missing the following properties from type 'SqliteDatabase'
  return [mistaken, new SqliteStore(pool)];
});
