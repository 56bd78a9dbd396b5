import { Pool } from 'pg';
import { PostgresStore, SqliteStore, type Store, transactionOf } from 'waybill/once';
import { openSqlite } from './sqlite.js';

/** A store with tables of numbers, for processes that share it. */
export interface NumberStore extends AsyncDisposable {
  readonly store: Store;
  /** Makes the tables, which hold what is given more than once as often. */
  make(tables: readonly string[]): Promise<void>;
  /** Adds a number, in the transaction that runs. */
  note(table: string, number: number): Promise<void>;
  /** What is committed, sorted. @throws while the database is away */
  numbers(table: string): Promise<readonly number[]>;
  /** How many they are. @throws while the database is away */
  count(table: string): Promise<number>;
}

/** Opens one: `postgres://…`, or the path of a file of SQLite. */
export function openStore(where: string): NumberStore {
  return where.startsWith('postgres:') ? onPostgres(where) : onSqlite(where);
}

function onPostgres(connectionString: string): NumberStore {
  const pool = new Pool({ connectionString, max: 12 });
  const store = new PostgresStore(pool);
  const select = async (what: string, table: string): Promise<readonly number[]> => {
    const { rows } = await pool.query(`SELECT ${what} AS number FROM ${table} ORDER BY number`);
    return rows.map(({ number }) => Number(number));
  };
  return {
    store,
    make: async (tables) => {
      await store.migrate();
      for (const table of tables) await pool.query(`CREATE TABLE ${table} (number integer NOT NULL)`);
    },
    note: async (table, number) => {
      await transactionOf(store).query(`INSERT INTO ${table} (number) VALUES ($1)`, [number]);
    },
    numbers: (table) => select('number', table),
    count: async (table) => (await select('count(*)', table))[0] ?? 0,
    [Symbol.asyncDispose]: () => pool.end(),
  };
}

function onSqlite(file: string): NumberStore {
  const database = openSqlite(file);
  const store = new SqliteStore(database, { takenMs: 5_000 });
  const select = async (what: string, table: string): Promise<readonly number[]> => {
    const rows = database.prepare(`SELECT ${what} AS number FROM ${table} ORDER BY number`).all();
    return (rows as { readonly number: number }[]).map(({ number }) => number);
  };
  return {
    store,
    make: async (tables) => {
      await store.migrate();
      for (const table of tables) database.exec(`CREATE TABLE ${table} (number INTEGER NOT NULL)`);
    },
    note: async (table, number) => {
      transactionOf(store).prepare(`INSERT INTO ${table} (number) VALUES (?)`).run(number);
    },
    numbers: (table) => select('number', table),
    count: async (table) => (await select('count(*)', table))[0] ?? 0,
    [Symbol.asyncDispose]: async () => database.close(),
  };
}
