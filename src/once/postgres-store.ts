import { ConfigurationError, StoreUnavailableError, toError } from '../errors.js';
import type {
  Departure,
  HandledMessage,
  KnownMessage,
  LeavingMessage,
  Store,
  WaitingMessage,
} from './store.js';
import { besideTable, type TableNames, tableNames } from './table-names.js';

/** What is needed of a client of a pool: `PoolClient` of `pg` is one. */
export interface PostgresClient {
  /** Runs one statement with its values, `$1` and so on. */
  query(
    text: string,
    values?: unknown[],
  ): Promise<{
    /** What was found, or `returning` gives; each an object by the names of the columns. */
    readonly rows: readonly unknown[];
    /** How many were found or changed. */
    readonly rowCount: number | null;
    /** What was done: a `COMMIT` in a transaction that had failed is told as `ROLLBACK`. */
    readonly command: string;
  }>;
  /** @param destroy true: it is of no more use */
  release(destroy?: boolean): void;
  /** Told of a connection that is lost between two statements. */
  on(event: 'error', listener: (error: Error) => void): unknown;
  /** Takes such a listener away. */
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** What is needed of a pool: `Pool` of `pg` is one. n.b. it has two forms of `connect`, and the second one is here for the types alone. */
export interface PostgresPool<Client extends PostgresClient> {
  /** Gives a client that nobody else has until it is released. */
  connect(): Promise<Client>;
  connect(callback: (error: Error | undefined, client: Client | undefined, done: () => void) => void): void;
  /** Told of connections that are lost while nobody has them: without a listener that ends the process. */
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** How a {@link PostgresStore} works. */
export interface PostgresStoreOptions {
  /** What its tables are called. */
  readonly tables?: TableNames | undefined;
}

interface Row {
  readonly digest: string;
  readonly answer: Buffer | null;
}

/** Three thousand years: what is longer is for ever. */
const foreverMs = 1e14;
const keepUntil = "coalesce(now() + $4::float8 * interval '1 millisecond', 'infinity')";

/** Two processes that make one table at once are in each other's way. */
const migrationLock = 7_298_145;

/**
 * Keeps in PostgreSQL which messages were handled, and which are to leave: `new PostgresStore(new Pool())`, with the pool of the package `pg`. Each handler that runs has
 * a client of the pool, and should use no other: where all clients are taken by handlers that wait for another one, none goes on.
 */
export class PostgresStore<Client extends PostgresClient> implements Store<Client> {
  readonly name = 'PostgreSQL';
  readonly #pool: PostgresPool<Client>;
  readonly #once: string;
  readonly #outbox: string;

  /**
   * Connects nothing, and makes no tables: that is `migrate`. The pool stays its owner's, who ends it. That idle clients lose their connection
   * does not end the process any more.
   * @throws ConfigurationError for names that cannot be
   */
  constructor(pool: PostgresPool<Client>, { tables }: PostgresStoreOptions = {}) {
    this.#pool = pool;
    const names = tableNames('PostgresStore', tables);
    this.#once = names.once;
    this.#outbox = names.outbox;
    pool.on('error', ignore);
  }

  /** @see Store.transact */
  async transact<T>(work: (transaction: Client) => Promise<T>): Promise<T> {
    const client = await this.#begin();
    let isUsable = true;
    try {
      const given = await work(client);
      await commit(client);
      return given;
    } catch (thrown) {
      isUsable = await rollBack(client);
      if (isUsable) throw thrown;
      throw unavailable('The transaction was lost', thrown);
    } finally {
      client.removeListener('error', ignore);
      client.release(!isUsable);
    }
  }

  /** @see Store.claim */
  async claim(
    client: Client,
    { consumer, id, digest, keepMs }: KnownMessage,
  ): Promise<HandledMessage | undefined> {
    const insert = `INSERT INTO ${this.#once} (consumer, id, digest, keep_until) VALUES ($1, $2, $3, ${keepUntil}) ON CONFLICT DO NOTHING`;
    const select = `SELECT digest, answer FROM ${this.#once} WHERE consumer = $1 AND id = $2`;
    for (;;) {
      const { rowCount } = await client.query(insert, [
        consumer,
        id,
        digest,
        keepMs < foreverMs ? keepMs : null,
      ]);
      if (rowCount === 1) return undefined;
      const { rows } = await client.query(select, [consumer, id]);
      const [row] = rows as readonly Row[];
      // n.b. it may be forgotten at this moment.
      if (row) return { digest: row.digest, answer: row.answer ?? undefined };
    }
  }

  /** @see Store.keepAnswer */
  async keepAnswer(client: Client, { consumer, id }: KnownMessage, answer: Buffer): Promise<void> {
    const sql = `UPDATE ${this.#once} SET answer = $3 WHERE consumer = $1 AND id = $2`;
    await client.query(sql, [consumer, id, answer]);
  }

  /** @see Store.forget */
  async forget(most: number): Promise<number> {
    const over = `SELECT consumer, id FROM ${this.#once} WHERE keep_until < now() ORDER BY keep_until LIMIT $1 FOR UPDATE SKIP LOCKED`;
    const sql = `DELETE FROM ${this.#once} WHERE (consumer, id) IN (${over})`;
    const { rowCount } = await this.transact((client) => client.query(sql, [most]));
    return rowCount ?? 0;
  }

  /** @see Store.put */
  async put(client: Client, { about, bytes }: LeavingMessage): Promise<void> {
    await client.query(`INSERT INTO ${this.#outbox} (about, message) VALUES ($1, $2)`, [about, bytes]);
  }

  /** What is taken is locked until it has left: who dies lets go of it at once. @see Store.relay */
  async relay(
    most: number,
    send: (messages: readonly WaitingMessage[]) => Promise<readonly Departure[]>,
  ): Promise<number> {
    const due =
      `SELECT id, message AS bytes, failures FROM ${this.#outbox} WHERE next_at <= now() ` +
      'ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED';
    return await this.transact(async (client) => {
      const { rows } = await client.query(due, [most]);
      const waiting = rows as readonly (WaitingMessage & { readonly id: string })[];
      if (waiting.length === 0) return 0;
      const departures = await send(waiting);
      const left = waiting.filter((_, at) => departures[at] === 'left').map(({ id }) => id);
      await client.query(`DELETE FROM ${this.#outbox} WHERE id = ANY($1::bigint[])`, [left]);
      for (const [at, { id }] of waiting.entries()) {
        const departure = departures[at];
        if (departure !== undefined && departure !== 'left') await this.#keep(client, id, departure);
      }
      return waiting.length;
    });
  }

  /** Makes its tables where they are not there. */
  async migrate(): Promise<void> {
    const [table, outbox] = [this.#once, this.#outbox];
    await this.transact(async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
      await client.query(
        `CREATE TABLE IF NOT EXISTS ${table} (consumer text NOT NULL, id text NOT NULL, digest text NOT NULL, answer bytea, ` +
          'handled_at timestamptz NOT NULL DEFAULT now(), keep_until timestamptz NOT NULL, PRIMARY KEY (consumer, id))',
      );
      await client.query(
        `CREATE INDEX IF NOT EXISTS ${besideTable(table, 'keep_until')} ON ${table} (keep_until)`,
      );
      await client.query(
        `CREATE TABLE IF NOT EXISTS ${outbox} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, about text NOT NULL, ` +
          'message bytea NOT NULL, failures integer NOT NULL DEFAULT 0, error text, ' +
          'put_at timestamptz NOT NULL DEFAULT now(), next_at timestamptz NOT NULL DEFAULT now())',
      );
    });
  }

  async #keep(client: Client, id: string, { error, againInMs }: Exclude<Departure, 'left'>): Promise<void> {
    const sql =
      `UPDATE ${this.#outbox} SET failures = failures + 1, error = $2, ` +
      "next_at = clock_timestamp() + $3 * interval '1 millisecond' WHERE id = $1";
    await client.query(sql, [id, error.replaceAll('\0', ' '), againInMs]);
  }

  async #begin(): Promise<Client> {
    const client = await this.#pool.connect().catch((thrown) => {
      throw unavailable('No connection', thrown);
    });
    client.on('error', ignore);
    try {
      // n.b. at a stricter level the second of two deliveries would fail, and not see what the first has done.
      await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
      return client;
    } catch (thrown) {
      client.removeListener('error', ignore);
      client.release(true);
      throw unavailable('BEGIN failed', thrown);
    }
  }
}

/** n.b. a transaction in which a statement has failed is rolled back by COMMIT, without a word. */
async function commit(client: PostgresClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  if (command === 'ROLLBACK')
    throw new ConfigurationError(
      'PostgreSQL has rolled the transaction back: one of its statements had failed, and whoever made it has caught the error. ' +
        'Let it be thrown, or put what may fail between SAVEPOINT and ROLLBACK TO.',
    );
}

/** Gives whether that could be done: else the connection is lost, and so may be the answer to a COMMIT. */
async function rollBack(client: PostgresClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

/** It is told by the statement that fails of it. */
function ignore(): void {}

function unavailable(what: string, thrown: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`${what}: ${toError(thrown).message}`, { cause: thrown });
}
