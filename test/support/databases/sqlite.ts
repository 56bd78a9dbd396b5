import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the tests use of it. */
export interface TestDatabase {
  exec(sql: string): void;
  prepare(sql: string): {
    run(...values: unknown[]): { readonly changes: number | bigint };
    get(...values: unknown[]): unknown;
    all(...values: unknown[]): unknown[];
  };
  close(): void;
}

/** Node.js 22.13 and later have it themselves; before, a package has the same classes. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const own = 'node:sqlite';
const { DatabaseSync } = (
  major > 22 || (major === 22 && minor >= 13) ? await import(own) : await import('@photostructure/sqlite')
) as { readonly DatabaseSync: new (path: string) => TestDatabase };

/** Opens a database of SQLite. */
export function openSqlite(path: string): TestDatabase {
  const database = new DatabaseSync(path);
  // Whoever opens it while another one that was killed is cleared up after has to wait.
  database.exec('PRAGMA busy_timeout = 10000');
  database.exec('PRAGMA journal_mode = WAL');
  return database;
}

/** A file for a database, in a folder that is removed after the test. */
export function sqliteFile(owner: { after(work: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-sqlite-'));
  owner.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'test.db');
}
