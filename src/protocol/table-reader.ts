import { AmqpError } from './amqp-error.js';
import type { ByteReader } from './byte-reader.js';
import type { FieldTable, FieldValue } from './types.js';

/**
 * How values are read. `plain` gives what JavaScript has for them; `exact` keeps the wire type of those that would be
 * written back as another one (floats, doubles without a fraction, texts that are no UTF-8), and refuses what RabbitMQ
 * refuses, for a relay such as the embedded broker.
 */
export type NumberReading = 'plain' | 'exact';

/** A table or an array that is being read. */
interface Level {
  readonly values: Record<string, FieldValue> | FieldValue[];
  /** How many bytes the reader has left where it ends. */
  readonly end: number;
}

const TABLE = 0x46;
const ARRAY = 0x41;

/**
 * Reads a field table with its size before it. It may be as deep as its bytes allow: RabbitMQ hands on whatever fits into a
 * frame, so what waits to be finished is kept in a list and not on the stack.
 *
 * @throws AmqpError `SYNTAX_ERROR` for a type that nobody knows, `FRAME_ERROR` for sizes that lie.
 */
export function readTable(reader: ByteReader, numbers: NumberReading = 'plain'): FieldTable {
  const table: Record<string, FieldValue> = {};
  const outer: Level[] = [];
  let level: Level | undefined = open(reader, table, 0);
  while (level) {
    if (reader.left === level.end) {
      level = outer.pop();
      continue;
    }
    const nested = readEntry(reader, numbers, level);
    if (reader.left < level.end) throw new AmqpError('FRAME_ERROR', 'a field goes on behind its table');
    if (!nested) continue;
    outer.push(level);
    level = open(reader, nested, level.end);
  }
  return table;
}

/** Begins a table or an array inside of one that has `end` behind it. */
function open(reader: ByteReader, values: Level['values'], end: number): Level {
  const size = reader.long();
  if (reader.left - size < end) throw new AmqpError('FRAME_ERROR', 'the frame ends inside a field');
  return { values, end: reader.left - size };
}

/** Reads one value; one that has values of its own is given back empty. */
function readEntry(
  reader: ByteReader,
  numbers: NumberReading,
  { values }: Level,
): Level['values'] | undefined {
  const name = Array.isArray(values) ? undefined : reader.name();
  const type = reader.octet();
  const nested = type === TABLE ? {} : type === ARRAY ? [] : undefined;
  put(values, name, nested ?? readValue(reader, type, numbers));
  return nested;
}

function put(values: Level['values'], name: string | undefined, value: FieldValue): void {
  if (Array.isArray(values)) values.push(value);
  // To assign to this name would change the prototype.
  else if (name === '__proto__')
    Object.defineProperty(values, name, { value, enumerable: true, writable: true, configurable: true });
  else values[name as string] = value;
}

function readValue(reader: ByteReader, type: number, numbers: NumberReading): FieldValue {
  const read = readers.get(type);
  if (read) return read(reader, numbers);
  throw new AmqpError('SYNTAX_ERROR', `unknown field type ${JSON.stringify(String.fromCharCode(type))}`);
}

type ReadValue = (reader: ByteReader, numbers: NumberReading) => FieldValue;

const byLetter: Readonly<Record<string, ReadValue>> = {
  t: (reader) => reader.octet() !== 0,
  b: (reader) => reader.int8(),
  B: (reader) => reader.octet(),
  s: (reader) => reader.int16(),
  u: (reader) => reader.short(),
  I: (reader) => reader.int32(),
  i: (reader) => reader.long(),
  l: (reader) => narrow(reader.int64()),
  // Python's and C's clients write it. RabbitMQ takes it for another name of `l`, signed, and sends `l` (seen in 3.10 and 4.3).
  L: (reader) => narrow(reader.int64()),
  f: (reader, numbers) => readFloat(reader.float(), numbers),
  d: (reader, numbers) => readDouble(reader.double(), numbers),
  // The protocol's grammar says `long-uint`; all clients that know decimals write a signed number, Python's and Java's among them.
  D: (reader) => ({ '!': 'decimal', value: { places: reader.octet(), digits: reader.int32() } }),
  S: (reader, numbers) => readText(reader.longtext(), numbers),
  x: (reader) => reader.longstr(),
  T: (reader) => ({ '!': 'timestamp', value: narrow(reader.uint64()) }),
  V: () => null,
};

/** How a value is read, by the number of its letter: nothing that comes in is ever looked up as a name. */
const readers: ReadonlyMap<number, ReadValue> = new Map(
  Object.entries(byLetter).map(([letter, read]) => [letter.charCodeAt(0), read]),
);

function readFloat(value: number, numbers: NumberReading): FieldValue {
  return numbers === 'exact' ? { '!': 'float', value: finite(value) } : value;
}

function readDouble(value: number, numbers: NumberReading): FieldValue {
  if (numbers === 'plain') return value;
  return Number.isInteger(finite(value)) ? { '!': 'double', value } : value;
}

/** @throws AmqpError as RabbitMQ, which knows neither NaN nor infinity */
function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new AmqpError('INTERNAL_ERROR', `a field holds ${value}`);
}

/** Bytes stay bytes: read as text they could not be written back. */
function readText(read: string | Buffer, numbers: NumberReading): FieldValue {
  return typeof read === 'string' || numbers === 'plain' ? read : { '!': 'text', value: read };
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
