/** What a behaviour reports: plain data, so that two brokers can be compared by machine. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** JSON with sorted keys: the order in which a broker writes a table is not a behaviour. */
export function canonical(value: Json): string {
  return JSON.stringify(value, (_key, part: unknown) => (isRecord(part) ? sorted(part) : part));
}

function sorted(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Any value as comparable data: `undefined` members are left out, buffers become `hex:...`, every string passes
 * through `rename`, and an AMQP timestamp of the last hour becomes `<now>`.
 */
export function plain(value: unknown, rename: (text: string) => string): Json {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return rename(value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return `${value}n`;
  if (Buffer.isBuffer(value)) return `hex:${value.toString('hex')}`;
  if (Array.isArray(value)) return value.map((item) => plain(item, rename));
  if (isRecord(value)) return isRecentTimestamp(value) ? '<now>' : plainRecord(value, rename);
  return String(value);
}

function plainRecord(record: Readonly<Record<string, unknown>>, rename: (text: string) => string): Json {
  const kept = Object.entries(record).filter(([, item]) => item !== undefined);
  return Object.fromEntries(kept.map(([key, item]) => [rename(key), plain(item, rename)]));
}

function isRecentTimestamp(record: Readonly<Record<string, unknown>>): boolean {
  const seconds = record['!'] === 'timestamp' ? Number(record['value']) : Number.NaN;
  return Math.abs(Date.now() / 1000 - seconds) < 3600;
}
