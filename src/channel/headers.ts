import type { Arguments } from '../amqp/index.js';
import { ConfigurationError } from '../errors.js';

/**
 * A value in the headers of a message. A Date is an AMQP timestamp (seconds), a Buffer a byte array; whole numbers take as many bytes
 * as they need, others are doubles. Decimals are `{ '!': 'decimal', value: { places, digits } }`.
 */
export type HeaderValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | Date
  | Uint8Array
  | readonly HeaderValue[]
  | { readonly [name: string]: HeaderValue };

/** The headers of a message. */
export type Headers = Readonly<Record<string, HeaderValue>>;

/** Headers as amqplib writes them. @throws ConfigurationError naming the first that AMQP cannot carry: nothing is sent then */
export function writeHeaders(headers: Headers): Record<string, unknown> {
  return writeTable(headers, 'headers');
}

/**
 * The arguments of a declaration, a binding or a consumer, by the same rules as headers.
 * @throws ConfigurationError naming the first that AMQP cannot carry: nothing is sent then
 */
export function writeArguments(args: Arguments | undefined): Record<string, unknown> | undefined {
  return args && writeTable(args, 'arguments');
}

/** Headers as they came, dates as Dates. */
export function readHeaders(headers: Readonly<Record<string, unknown>> | undefined): Headers {
  return readValue(headers ?? {}) as Headers;
}

function writeTable(table: Readonly<Record<string, unknown>>, path: string): Record<string, unknown> {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      if (Buffer.byteLength(name) > 255)
        throw unsupported(`${path}.${name}`, 'a name of more than 255 bytes');
      return [name, writeValue(value, `${path}.${name}`)];
    }),
  );
}

function writeValue(value: unknown, path: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : refuse(path, String(value));
  if (value instanceof Date) return timestamp(value, path);
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map((each, index) => writeValue(each ?? null, `${path}[${index}]`));
  if (isTable(value)) return '!' in value ? value : writeTable(value, path);
  return refuse(path, typeof value === 'object' ? `a ${value?.constructor?.name}` : `a ${typeof value}`);
}

function timestamp(date: Date, path: string): unknown {
  const seconds = Math.floor(date.getTime() / 1_000);
  return seconds >= 0 ? { '!': 'timestamp', value: seconds } : refuse(path, 'a date before 1970, or none');
}

function readValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readValue);
  if (!isTable(value)) return value;
  if (value['!'] === 'timestamp') return new Date(Number(value['value']) * 1_000);
  if ('!' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, readValue(each)]));
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function refuse(path: string, what: string): never {
  throw unsupported(path, what);
}

function unsupported(path: string, what: string): ConfigurationError {
  return new ConfigurationError(`${path} is ${what}, which AMQP cannot carry.`);
}
