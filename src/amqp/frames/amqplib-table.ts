import { ConfigurationError, toError } from '../../errors.js';
import { ByteWriter, type FieldTable, type TypedValue, writeTable } from '../../protocol/index.js';

/** amqplib's encoder goes down by calls. */
const maxDepth = 128;

/** Written only to see whether it can be. */
const scratch = new ByteWriter();

/**
 * A table as amqplib's encoder takes it, so that the same comes out as of our own: that one says what AMQP can carry, here it
 * is asked first. For arguments, and for headers where amqplib writes them.
 *
 * @param name of the table, for the error: `headers`, `arguments`.
 * @throws ConfigurationError naming the value that AMQP cannot carry, as in `headers.a.b is NaN`.
 */
export function amqplibTable(
  table: Readonly<Record<string, unknown>>,
  name: string,
): Record<string, unknown> {
  try {
    writeTable(scratch, table as FieldTable, { name, maxDepth });
  } catch (thrown) {
    throw new ConfigurationError(`${toError(thrown).message}.`, { cause: thrown });
  } finally {
    scratch.take();
  }
  return tableOf(table);
}

function tableOf(table: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(table).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name, converted(value)]));
}

function converted(value: unknown): unknown {
  if (typeof value === 'bigint') return { '!': 'long', value };
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return { '!': 'timestamp', value: Math.floor(value.getTime() / 1_000) };
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map((each) => converted(each ?? null));
  if (!Object.hasOwn(value, '!')) return tableOf(value as Record<string, unknown>);
  return (value as TypedValue)['!'] === 'text' ? converted((value as TypedValue).value) : value;
}
