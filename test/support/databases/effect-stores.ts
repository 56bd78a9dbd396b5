import { Pool } from 'pg';
import { MemoryStore, PostgresStore, SqliteStore, type Store, transact, transactionOf } from 'waybill/once';
import type { Owner } from '../broker.js';
import { PostgresNode } from './postgres-node.js';
import { findPostgres } from './postgres-programs.js';
import { openSqlite, sqliteFile } from './sqlite.js';

/** A store, and effects that handlers have in its transactions. */
export interface EffectStore {
  readonly store: Store;
  /** Has an effect, in the transaction that runs. */
  effect(text: string): Promise<void>;
  /** All effects that are committed, sorted. */
  effects(): Promise<readonly string[]>;
}

/** Some kind of store, as `describe` has it. */
export interface StoreKind {
  /** `on PostgreSQL` */
  readonly title: string;
  /** Why it cannot be tested here. */
  readonly skip: string | false;
  /** Opens an empty one. */
  open(owner: Owner): Promise<EffectStore>;
}

const programs = await findPostgres();
/** Why PostgreSQL cannot be tested here. */
export const postgresSkip: string | false =
  programs === undefined && 'there is no PostgreSQL: apt-get install postgresql';

/** All kinds of stores. */
export const storeKinds: readonly StoreKind[] = [
  { title: 'in memory', skip: false, open: async () => inMemory() },
  { title: 'on SQLite', skip: false, open: onSqlite },
  { title: 'on PostgreSQL', skip: postgresSkip, open: onPostgres },
];

/** A PostgreSQL, closed after its owner. */
export async function startPostgres(owner: Owner): Promise<PostgresNode> {
  const node = await PostgresNode.start(programs ?? '');
  owner.after(() => node.close());
  return node;
}

function inMemory(): EffectStore {
  const store = new MemoryStore();
  const done: string[] = [];
  return {
    store,
    effect: async (text) => transactionOf(store).onCommit(() => done.push(text)),
    effects: async () => [...done].sort(),
  };
}

async function onSqlite(owner: Owner): Promise<EffectStore> {
  const file = sqliteFile({ after: (work) => owner.after(async () => work()) });
  const database = openSqlite(file);
  owner.after(async () => database.close());
  const store = new SqliteStore(database);
  await store.migrate();
  database.exec('CREATE TABLE effects (text TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO effects (text) VALUES (?)');
  return {
    store,
    effect: async (text) => {
      // In the very transaction of the handler: outside of one it throws.
      transactionOf(store);
      insert.run(text);
    },
    effects: () =>
      transact(store, (open) => {
        const rows = open.prepare('SELECT text FROM effects ORDER BY text').all() as { text: string }[];
        return rows.map(({ text }) => text);
      }),
  };
}

async function onPostgres(owner: Owner): Promise<EffectStore> {
  return await effectsOn(await startPostgres(owner), owner);
}

/** The same on a PostgreSQL that runs. */
export async function effectsOn(
  node: PostgresNode,
  owner: Owner,
): Promise<EffectStore & { readonly pool: Pool }> {
  const pool = new Pool({ connectionString: node.url, max: 20 });
  owner.after(() => pool.end());
  const store = new PostgresStore(pool);
  await store.migrate();
  await pool.query('CREATE TABLE effects (text text NOT NULL)');
  return {
    store,
    pool,
    effect: async (text) => {
      await transactionOf(store).query('INSERT INTO effects (text) VALUES ($1)', [text]);
    },
    effects: async () => {
      const { rows } = await pool.query('SELECT text FROM effects ORDER BY text COLLATE "C"');
      return rows.map(({ text }) => text as string);
    },
  };
}
