import type { ByteWriter } from './byte-writer.js';
import type { TypedValue } from './types.js';

/** A value that AMQP cannot carry. The message says what it is: `NaN`, `a Map`. */
export class Unwritable extends TypeError {}

/**
 * Writes the type of a value of a field table, and the value where it has none of its own.
 *
 * @returns the array or the table whose values are still to be written.
 * @throws Unwritable
 */
export function writeScalar(writer: ByteWriter, value: unknown): object | undefined {
  switch (typeof value) {
    case 'string':
      writeText(writer, value);
      return undefined;
    case 'number':
      writeTyped(writer, typeOf(value), value);
      return undefined;
    case 'boolean':
      writeTyped(writer, 'boolean', value);
      return undefined;
    case 'bigint':
      if (BigInt.asIntN(64, value) !== value) throw new Unwritable('a bigint of more than 64 bits');
      writeTyped(writer, 'long', value);
      return undefined;
    case 'object':
      return value === null ? tag(writer, 'V') : writeObject(writer, value);
    default:
      throw new Unwritable(`a ${typeof value}`);
  }
}

/** The smallest signed type that holds the number, as amqplib chooses; RabbitMQ knows no larger unsigned ones. */
function typeOf(value: number): TypedValue['!'] {
  if (!Number.isSafeInteger(value)) return 'double';
  if (value >= -0x80 && value < 0x80) return 'byte';
  if (value >= -0x8000 && value < 0x8000) return 'short';
  if (value >= -0x8000_0000 && value < 0x8000_0000) return 'int';
  return 'long';
}

function writeText(writer: ByteWriter, text: string): void {
  // Half a character would become another one.
  if (!text.isWellFormed()) throw new Unwritable('a text with half a surrogate pair');
  tag(writer, 'S');
  writer.longstr(text);
}

function writeObject(writer: ByteWriter, value: object): object | undefined {
  if (value instanceof Uint8Array) return writeBytes(writer, 'x', value);
  if (value instanceof Date) return writeDate(writer, value);
  if (Array.isArray(value)) {
    tag(writer, 'A');
    return value;
  }
  if (!isTable(value)) throw new Unwritable(`a ${nameOf(value)}`);
  if (Object.hasOwn(value, '!')) {
    const { '!': type, value: given } = value as TypedValue;
    return writeTyped(writer, type, given);
  }
  tag(writer, 'F');
  return value;
}

/** A mapping of no class, also one that was made in another realm, as tests of Jest are. */
export function isTable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: object): string {
  const made: unknown = value.constructor;
  return typeof made === 'function' && made.name ? made.name.slice(0, 40) : 'class instance';
}

function writeDate(writer: ByteWriter, date: Date): undefined {
  const seconds = Math.floor(date.getTime() / 1_000);
  if (!(seconds >= 0)) throw new Unwritable('a date before 1970, or none');
  writeTyped(writer, 'timestamp', seconds);
}

function writeBytes(writer: ByteWriter, letter: string, bytes: Uint8Array): undefined {
  tag(writer, letter);
  writer.longstr(bytes);
}

function writeTyped(writer: ByteWriter, type: TypedValue['!'], value: unknown): undefined {
  if (typeof type !== 'string' || !Object.hasOwn(types, type)) {
    throw new Unwritable(
      `of a type that is not known (${typeof type === 'string' ? type.slice(0, 40) : typeof type})`,
    );
  }
  const [letter, write] = types[type];
  tag(writer, letter);
  write(writer, value);
}

type WriteValue = (writer: ByteWriter, value: unknown) => void;

/** The letter of each type that can be asked for by name, and how its values are written. */
const types: { readonly [T in TypedValue['!']]: readonly [letter: string, write: WriteValue] } = {
  boolean: ['t', (writer, value) => writer.octet(flag(value))],
  byte: ['b', (writer, value) => writer.octet(whole(value, -0x80, 0x7f))],
  unsignedbyte: ['B', (writer, value) => writer.octet(whole(value, 0, 0xff))],
  short: ['s', (writer, value) => writer.short(whole(value, -0x8000, 0x7fff))],
  unsignedshort: ['u', (writer, value) => writer.short(whole(value, 0, 0xffff))],
  int: ['I', (writer, value) => writer.long(whole(value, -0x8000_0000, 0x7fff_ffff))],
  unsignedint: ['i', (writer, value) => writer.long(whole(value, 0, 0xffff_ffff))],
  long: ['l', (writer, value) => writer.bigint(large(value, -(2n ** 63n), 2n ** 63n - 1n))],
  timestamp: ['T', (writer, value) => writer.bigint(large(value, 0n, 2n ** 64n - 1n))],
  float: ['f', (writer, value) => writer.float(finite(value, Math.fround))],
  double: ['d', (writer, value) => writer.double(finite(value, Number))],
  decimal: ['D', writeDecimal],
  text: ['S', (writer, value) => writer.longstr(bytesOf(value))],
};

function writeDecimal(writer: ByteWriter, value: unknown): void {
  const { places, digits } = (value ?? {}) as { readonly places?: unknown; readonly digits?: unknown };
  writer.octet(whole(places, 0, 0xff));
  writer.long(whole(digits, -0x8000_0000, 0x7fff_ffff));
}

function flag(value: unknown): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  throw new Unwritable(`${shown(value)}, no boolean`);
}

function whole(value: unknown, min: number, max: number): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (Number.isInteger(number) && (number as number) >= min && (number as number) <= max)
    return number as number;
  throw new Unwritable(`${shown(value)}, no whole number from ${min} to ${max}`);
}

function large(value: unknown, min: bigint, max: bigint): bigint {
  const isWhole = typeof value === 'bigint' || Number.isInteger(value);
  const number = isWhole ? BigInt(value as number | bigint) : max + 1n;
  if (number >= min && number <= max) return number;
  throw new Unwritable(`${shown(value)}, no whole number from ${min} to ${max}`);
}

function finite(value: unknown, rounded: (value: number) => number): number {
  if (typeof value === 'number' && Number.isFinite(rounded(value))) return value;
  throw new Unwritable(shown(value));
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new Unwritable(`${shown(value)}, no bytes`);
}

/** For people, and never more than a few letters. */
function shown(value: unknown): string {
  if (typeof value === 'string') return `the text '${value.slice(0, 40)}'`;
  return typeof value === 'number' || typeof value === 'bigint'
    ? String(value).slice(0, 40)
    : `a ${typeof value}`;
}

function tag(writer: ByteWriter, letter: string): undefined {
  writer.octet(letter.charCodeAt(0));
}
