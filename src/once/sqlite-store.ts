import { duration } from '../common/numbers.js';
import { sleep } from '../common/timers.js';
import { isWaybillError, StoreUnavailableError, toError } from '../errors.js';
import type {
  Departure,
  HandledMessage,
  KnownMessage,
  LeavingMessage,
  Store,
  WaitingMessage,
} from './store.js';
import { assertBare, besideTable, type TableNames, tableNames } from './table-names.js';

/** What is needed of a database of SQLite: `DatabaseSync` of node:sqlite is one, and `Database` of better-sqlite3. */
export interface SqliteDatabase {
  /** Runs statements that give nothing. */
  exec(sql: string): unknown;
  /** Makes a statement that is run with its values, `?` in this order. */
  prepare(sql: string): {
    /** Runs it. */
    run(...values: never[]): {
      /** How many rows it has changed. */
      readonly changes: number | bigint;
    };
    /** Gives the first row, or undefined. */
    get(...values: never[]): unknown;
    /** Gives all rows. */
    all(...values: never[]): unknown[];
  };
}

/** How a {@link SqliteStore} works. */
export interface SqliteStoreOptions {
  /** What its tables are called. */
  readonly tables?: TableNames | undefined;
  /** How long it is waited for another process that writes, in milliseconds. @default 5,000 */
  readonly busyMs?: number | undefined;
  /**
   * For how long what a relay has taken is left to it, in milliseconds: when it dies, another one has it after that. A publish may take a
   * third of the default. @default 60,000
   */
  readonly takenMs?: number | undefined;
}

type Statement = ReturnType<SqliteDatabase['prepare']>;

interface Row {
  readonly digest: string;
  readonly answer: Uint8Array | null;
}

interface WaitingRow {
  readonly id: number | bigint;
  readonly bytes: Uint8Array;
  readonly failures: number;
}

/**
 * Keeps in a database of SQLite which messages were handled, and which are to leave. Give it a connection of its own, which nothing else in the process writes by:
 * SQLite has one writer, so handlers that run at the same time take turns, each with the connection in its transaction.
 */
export class SqliteStore<Database extends SqliteDatabase> implements Store<Database> {
  readonly name = 'SQLite';
  readonly #database: Database;
  readonly #busyMs: number;
  readonly #takenMs: number;
  readonly #once: string;
  readonly #outbox: string;
  readonly #statements = new Map<string, Statement>();
  /** The end of the last one in the line. */
  #last: Promise<unknown> = Promise.resolve();

  /** Makes no tables: that is `migrate`. Sets the connection's `busy_timeout` to 0. @throws ConfigurationError for names that cannot be */
  constructor(database: Database, { tables, busyMs = 5_000, takenMs = 60_000 }: SqliteStoreOptions = {}) {
    this.#database = database;
    this.#busyMs = duration('SqliteStore: busyMs', busyMs);
    this.#takenMs = duration('SqliteStore: takenMs', takenMs);
    const names = tableNames('SqliteStore', tables);
    for (const name of Object.values(names)) assertBare('SqliteStore', name);
    this.#once = names.once;
    this.#outbox = names.outbox;
    // It would wait in the one thread there is: it is asked again instead.
    database.exec('PRAGMA busy_timeout = 0');
  }

  /** @see Store.transact */
  transact<T>(work: (transaction: Database) => Promise<T>): Promise<T> {
    const turn = this.#last.then(() => this.#transact(work));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** @see Store.claim */
  async claim(
    _transaction: Database,
    { consumer, id, digest, keepMs }: KnownMessage,
  ): Promise<HandledMessage | undefined> {
    const insert = `INSERT INTO ${this.#once} (consumer, id, digest, handled_at, keep_until) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
    const now = Date.now();
    if (this.#run(insert, consumer, id, digest, now, untilOf(now, keepMs)) > 0) return undefined;
    const select = `SELECT digest, answer FROM ${this.#once} WHERE consumer = ? AND id = ?`;
    const row = this.#statement(select).get(...values(consumer, id)) as Row;
    return { digest: row.digest, answer: row.answer === null ? undefined : Buffer.from(row.answer) };
  }

  /** @see Store.keepAnswer */
  async keepAnswer(_transaction: Database, { consumer, id }: KnownMessage, answer: Buffer): Promise<void> {
    this.#run(`UPDATE ${this.#once} SET answer = ? WHERE consumer = ? AND id = ?`, answer, consumer, id);
  }

  /** @see Store.forget */
  forget(most: number): Promise<number> {
    const over = `SELECT consumer, id FROM ${this.#once} WHERE keep_until < ? ORDER BY keep_until LIMIT ?`;
    const sql = `DELETE FROM ${this.#once} WHERE (consumer, id) IN (${over})`;
    return this.transact(async () => this.#run(sql, Date.now(), most));
  }

  /** @see Store.put */
  async put(_transaction: Database, { about, bytes }: LeavingMessage): Promise<void> {
    const now = Date.now();
    const sql = `INSERT INTO ${this.#outbox} (about, message, put_at, next_at) VALUES (?, ?, ?, ?)`;
    this.#run(sql, about, bytes, now, now);
  }

  /**
   * What is taken is to be tried again after `takenMs`: then another process has what one that died has taken. n.b. no
   * transaction is open while messages leave: there is one writer. @see Store.relay
   */
  async relay(
    most: number,
    send: (messages: readonly WaitingMessage[]) => Promise<readonly Departure[]>,
  ): Promise<number> {
    const waiting = await this.transact(async () => this.#take(most));
    if (waiting.length === 0) return 0;
    const departures = await send(
      waiting.map(({ bytes, failures }) => ({ bytes: Buffer.from(bytes), failures })),
    );
    await this.transact(async () => {
      for (const [at, { id }] of waiting.entries()) this.#departed(id, departures[at]);
    });
    return waiting.length;
  }

  /** Makes its tables where they are not there. */
  migrate(): Promise<void> {
    const [table, outbox] = [this.#once, this.#outbox];
    return this.transact(async () => {
      this.#database.exec(
        `CREATE TABLE IF NOT EXISTS ${table} (consumer TEXT NOT NULL, id TEXT NOT NULL, digest TEXT NOT NULL, answer BLOB, ` +
          'handled_at INTEGER NOT NULL, keep_until INTEGER NOT NULL, PRIMARY KEY (consumer, id)) WITHOUT ROWID',
      );
      this.#database.exec(
        `CREATE INDEX IF NOT EXISTS ${besideTable(table, 'keep_until')} ON ${table} (keep_until)`,
      );
      this.#database.exec(
        `CREATE TABLE IF NOT EXISTS ${outbox} (id INTEGER PRIMARY KEY AUTOINCREMENT, about TEXT NOT NULL, message BLOB NOT NULL, ` +
          'failures INTEGER NOT NULL DEFAULT 0, error TEXT, put_at INTEGER NOT NULL, next_at INTEGER NOT NULL)',
      );
    });
  }

  #take(most: number): readonly WaitingRow[] {
    const now = Date.now();
    const due = `SELECT id, message AS bytes, failures FROM ${this.#outbox} WHERE next_at <= ? ORDER BY id LIMIT ?`;
    const rows = this.#statement(due).all(...values(now, most)) as readonly WaitingRow[];
    for (const { id } of rows)
      this.#run(`UPDATE ${this.#outbox} SET next_at = ? WHERE id = ?`, now + this.#takenMs, id);
    return rows;
  }

  #departed(id: number | bigint, departure: Departure | undefined): void {
    if (departure === 'left') return void this.#run(`DELETE FROM ${this.#outbox} WHERE id = ?`, id);
    const { error = null, againInMs = 0 } = departure ?? {};
    const sql = `UPDATE ${this.#outbox} SET failures = failures + 1, error = ?, next_at = ? WHERE id = ?`;
    this.#run(sql, error, Date.now() + againInMs, id);
  }

  async #transact<T>(work: (transaction: Database) => Promise<T>): Promise<T> {
    await this.#patiently('BEGIN IMMEDIATE').catch((thrown) => {
      throw isWaybillError(thrown) ? thrown : unavailable('BEGIN IMMEDIATE', thrown);
    });
    try {
      const given = await work(this.#database);
      await this.#patiently('COMMIT');
      return given;
    } catch (thrown) {
      this.#rollBack(thrown);
      throw thrown;
    }
  }

  /** Asks again while another process writes. @throws StoreUnavailableError when that lasts for too long */
  async #patiently(sql: string): Promise<void> {
    const begun = performance.now();
    for (let restMs = 1; ; restMs = Math.min(50, restMs * 2)) {
      try {
        return void this.#database.exec(sql);
      } catch (thrown) {
        if (!isBusy(thrown)) throw thrown;
        if (performance.now() - begun > this.#busyMs) throw unavailable(sql, thrown);
        await sleep(restMs);
      }
    }
  }

  /** n.b. some failures have ended the transaction already. */
  #rollBack(cause: unknown): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch (thrown) {
      if (/no transaction is active/.test(toError(thrown).message)) return;
      throw new StoreUnavailableError(`ROLLBACK failed: ${toError(thrown).message}.`, { cause });
    }
  }

  #run(sql: string, ...given: readonly unknown[]): number {
    return Number(this.#statement(sql).run(...values(...given)).changes);
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}

function unavailable(sql: string, thrown: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`${sql} failed: ${toError(thrown).message}.`, { cause: thrown });
}

/** For ever is a number, too. */
function untilOf(now: number, keepMs: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(now + keepMs));
}

/** What each database says of its values is more than is needed here. */
function values(...given: readonly unknown[]): never[] {
  return given as never[];
}

/** `SQLITE_BUSY`, as each of the two tells it. */
function isBusy(thrown: unknown): boolean {
  const { code, errcode } = (thrown ?? {}) as { readonly code?: unknown; readonly errcode?: unknown };
  return (
    (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) ||
    (typeof errcode === 'number' && (errcode & 0xff) === 5)
  );
}
