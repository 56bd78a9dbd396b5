import { shown } from '../common/numbers.js';
import { ConfigurationError } from '../errors.js';

/** What the tables of a store are called. */
export interface TableNames {
  /** Of the messages that were handled; in PostgreSQL, before a dot, its schema. @default 'waybill_once' */
  readonly once?: string | undefined;
  /** Of the messages that are to leave. @default 'waybill_outbox' */
  readonly outbox?: string | undefined;
}

/** n.b. names stand in statements as they are: nothing else may be in them. */
const nameLike = /^([a-z_][a-z0-9_]{0,50}\.)?[a-z_][a-z0-9_]{0,50}$/i;

/** The names of the tables, as statements have them. @throws ConfigurationError */
export function tableNames(
  owner: string,
  { once = 'waybill_once', outbox = 'waybill_outbox' }: TableNames = {},
): Required<{ readonly [Name in keyof TableNames]: string }> {
  return {
    once: quoted(`${owner}: tables.once`, once),
    outbox: quoted(`${owner}: tables.outbox`, outbox),
  };
}

function quoted(setting: string, name: unknown): string {
  if (typeof name === 'string' && nameLike.test(name))
    return name
      .split('.')
      .map((part) => `"${part}"`)
      .join('.');
  throw new ConfigurationError(
    `${setting} must be up to 51 letters, digits and underscores, with its schema and a dot before it or without, and is ${shown(name)}.`,
  );
}

/** The name of something that belongs to a table: `"waybill_once_handled_at"`, without a schema. */
export function besideTable(table: string, what: string): string {
  const [, name = ''] = /"([^"]*)"$/.exec(table) ?? [];
  return `"${name}_${what}"`;
}

/** Refuses a schema, where there are none. @throws ConfigurationError */
export function assertBare(owner: string, table: string): void {
  if (table.includes('.'))
    throw new ConfigurationError(`${owner}: SQLite has no schemas: ${table} must be a name alone.`);
}
