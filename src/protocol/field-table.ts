import { AmqpError } from './amqp-error.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { FieldTable, FieldValue, TypedValue } from './types.js';

/** Deeper tables are refused: they are an attack on the stack, not a message. */
const MAX_DEPTH = 128;

/**
 * How numbers are read. `plain` gives JavaScript numbers; `exact` keeps the wire type of those that would
 * be written back as another class (floats, and doubles without a fraction), for a relay such as the
 * embedded broker.
 */
export type NumberReading = 'plain' | 'exact';

/** Reads a field table with its size before it. */
export function readTable(reader: ByteReader, numbers: NumberReading = 'plain'): FieldTable {
  return readEntries(reader, numbers, 0);
}

/** Writes a field table with its size before it. The types are those of RabbitMQ's errata to section 4.2.5. */
export function writeTable(writer: ByteWriter, table: FieldTable): void {
  const mark = writer.openSize();
  for (const key in table) {
    const value = table[key];
    if (value === undefined) continue;
    writer.shortstr(key);
    writeValue(writer, value);
  }
  writer.closeSize(mark);
}

function readEntries(reader: ByteReader, numbers: NumberReading, depth: number): FieldTable {
  if (depth > MAX_DEPTH) throw new AmqpError('SYNTAX_ERROR', 'field table nested too deeply');
  const part = reader.part(reader.long());
  const table: Record<string, FieldValue> = {};
  while (part.left > 0) {
    const key = part.shortstr();
    const value = readValue(part, numbers, depth);
    if (key === '__proto__') Object.defineProperty(table, key, { value, enumerable: true, writable: true });
    else table[key] = value;
  }
  return table;
}

function readArray(reader: ByteReader, numbers: NumberReading, depth: number): FieldValue[] {
  if (depth > MAX_DEPTH) throw new AmqpError('SYNTAX_ERROR', 'field array nested too deeply');
  const part = reader.part(reader.long());
  const values: FieldValue[] = [];
  while (part.left > 0) values.push(readValue(part, numbers, depth));
  return values;
}

function readValue(reader: ByteReader, numbers: NumberReading, depth: number): FieldValue {
  const letter = String.fromCharCode(reader.octet());
  const read = readers[letter];
  if (!read) throw new AmqpError('SYNTAX_ERROR', `unknown field type ${JSON.stringify(letter)}`);
  return read(reader, numbers, depth);
}

/** How a value is read, by the letter of its type. */
const readers: Readonly<
  Record<string, (reader: ByteReader, numbers: NumberReading, depth: number) => FieldValue>
> = {
  t: (reader) => reader.octet() !== 0,
  b: (reader) => reader.int8(),
  B: (reader) => reader.octet(),
  s: (reader) => reader.int16(),
  u: (reader) => reader.short(),
  I: (reader) => reader.int32(),
  i: (reader) => reader.long(),
  l: (reader) => narrow(reader.int64()),
  f: (reader, numbers) => (numbers === 'exact' ? { '!': 'float', value: reader.float() } : reader.float()),
  d: (reader, numbers) => readDouble(reader.double(), numbers),
  D: (reader) => ({ '!': 'decimal', value: { places: reader.octet(), digits: reader.long() } }),
  S: (reader) => reader.longText(),
  x: (reader) => reader.longstr(),
  T: (reader) => ({ '!': 'timestamp', value: narrow(reader.int64()) }),
  A: (reader, numbers, depth) => readArray(reader, numbers, depth + 1),
  F: (reader, numbers, depth) => readEntries(reader, numbers, depth + 1),
  V: () => null,
};

function readDouble(value: number, numbers: NumberReading): FieldValue {
  return numbers === 'exact' && Number.isInteger(value) ? { '!': 'double', value } : value;
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function writeValue(writer: ByteWriter, value: Exclude<FieldValue, undefined>): void {
  if (typeof value === 'string') {
    tag(writer, 'S');
    writer.longstr(value);
  } else if (typeof value === 'number') writeTyped(writer, { '!': typeOf(value), value });
  else if (typeof value === 'boolean') writeTyped(writer, { '!': 'boolean', value });
  else if (typeof value === 'bigint') writeTyped(writer, { '!': 'long', value });
  else if (value === null) tag(writer, 'V');
  else if (typeof value === 'object') writeObject(writer, value);
  else throw new TypeError(`A field table cannot hold a ${typeof value}`);
}

/** The smallest signed type that holds the number, as amqplib chooses; RabbitMQ knows no larger unsigned ones. */
function typeOf(value: number): TypedValue['!'] {
  if (!Number.isSafeInteger(value)) return 'double';
  if (value >= -0x80 && value < 0x80) return 'byte';
  if (value >= -0x8000 && value < 0x8000) return 'short';
  if (value >= -0x8000_0000 && value < 0x8000_0000) return 'int';
  return 'long';
}

function writeObject(writer: ByteWriter, value: object): void {
  if (value instanceof Uint8Array) {
    tag(writer, 'x');
    writer.longstr(value);
  } else if (Array.isArray(value)) writeArray(writer, value);
  else if (isTyped(value)) writeTyped(writer, value);
  else {
    tag(writer, 'F');
    writeTable(writer, value as FieldTable);
  }
}

function writeArray(writer: ByteWriter, values: readonly FieldValue[]): void {
  tag(writer, 'A');
  const mark = writer.openSize();
  for (const value of values) writeValue(writer, value ?? null);
  writer.closeSize(mark);
}

function isTyped(value: object): value is TypedValue {
  return Object.hasOwn(value, '!');
}

/** The letter of each type that can be asked for by name. */
const letters: { readonly [T in TypedValue['!']]: string } = {
  boolean: 't',
  byte: 'b',
  unsignedbyte: 'B',
  short: 's',
  unsignedshort: 'u',
  int: 'I',
  unsignedint: 'i',
  long: 'l',
  float: 'f',
  double: 'd',
  timestamp: 'T',
  decimal: 'D',
};

function writeTyped(writer: ByteWriter, typed: TypedValue): void {
  const letter = letters[typed['!']];
  if (letter === undefined) throw new TypeError(`Unknown field type ${JSON.stringify(typed['!'])}`);
  tag(writer, letter);
  if (typeof typed.value === 'object') {
    writer.octet(typed.value.places);
    writer.long(typed.value.digits);
  } else writeByLetter(writer, letter, typed.value);
}

function writeByLetter(writer: ByteWriter, letter: string, value: boolean | number | bigint): void {
  if (letter === 'l' || letter === 'T') writer.bigint(BigInt(value));
  else if (letter === 'd') writer.double(Number(value));
  else if (letter === 'f') writer.float(Number(value));
  else if (letter === 's' || letter === 'u') writer.short(Number(value));
  else if (letter === 'I' || letter === 'i') writer.long(Number(value));
  else writer.octet(Number(value));
}

function tag(writer: ByteWriter, letter: string): void {
  writer.octet(letter.charCodeAt(0));
}
