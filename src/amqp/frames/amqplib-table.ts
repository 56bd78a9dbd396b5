import { ConfigurationError, toError } from '../../errors.js';
import { ByteWriter, type FieldTable, type TypedValue, writeTable } from '../../protocol/index.js';

/** amqplib's encoder goes down by calls. */
const maxDepth = 128;

/** Written only to see whether it can be. */
const scratch = new ByteWriter();

/** The digits of a decimal, as an encoder takes them. */
type Digits = (digits: number) => number;

/**
 * A table of plain values of its own, which later changes of what was given do not reach, in which all is what AMQP can carry.
 *
 * @param name of the table, for the error: `headers`, `arguments`.
 * @throws ConfigurationError naming the value that AMQP cannot carry, as in `headers.a.b is NaN`.
 */
export function writableTable(
  table: Readonly<Record<string, unknown>>,
  name: string,
): Record<string, unknown> {
  assertWritable(table, name);
  return tableOf(table, (digits) => digits);
}

/**
 * A table as amqplib's encoder takes it, so that the same comes out as of our own: that one says what AMQP can carry, here it
 * is asked first. For arguments, and for headers where amqplib writes them. @throws as {@link writableTable}
 */
export function amqplibTable(
  table: Readonly<Record<string, unknown>>,
  name: string,
): Record<string, unknown> {
  assertWritable(table, name);
  // It writes them without a sign: the same bits.
  return tableOf(table, (digits) => digits >>> 0);
}

function assertWritable(table: Readonly<Record<string, unknown>>, name: string): void {
  try {
    writeTable(scratch, table as FieldTable, { name, maxDepth });
  } catch (thrown) {
    throw new ConfigurationError(`${toError(thrown).message}.`, { cause: thrown });
  } finally {
    scratch.take();
  }
}

function tableOf(table: Readonly<Record<string, unknown>>, digits: Digits): Record<string, unknown> {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, converted(value, digits)]));
}

function converted(value: unknown, digits: Digits): unknown {
  if (typeof value === 'bigint') return { '!': 'long', value };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return { '!': 'timestamp', value: Math.floor(value.getTime() / 1_000) };
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map((each) => converted(each ?? null, digits));
  if (!Object.hasOwn(value, '!')) return tableOf(value as Record<string, unknown>, digits);
  return typed(value as TypedValue, digits);
}

function typed(given: TypedValue, digitsOf: Digits): unknown {
  const { '!': type, value } = given;
  if (type === 'text') return converted(value, digitsOf);
  if (type !== 'decimal') return given;
  const { places, digits } = value as { readonly places: number; readonly digits: number | bigint };
  return { '!': type, value: { places, digits: digitsOf(Number(digits)) } };
}
