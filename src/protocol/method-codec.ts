import { AmqpError } from './amqp-error.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { methodSpec } from './spec.js';
import { type NumberReading, readTable } from './table-reader.js';
import { writeTable } from './table-writer.js';
import type { FieldKind, FieldTable, Method, MethodInput, MethodName } from './types.js';

interface Codec {
  readonly name: MethodName;
  readonly classId: number;
  readonly methodId: number;
  readonly hasContent: boolean;
  readonly fields: readonly (readonly [name: string, kind: FieldKind, reserved: boolean])[];
}

const byName = new Map<MethodName, Codec>();
const byId = new Map<number, Codec>();

for (const name of Object.keys(methodSpec) as MethodName[]) {
  const { id, fields, ...rest } = methodSpec[name];
  const codec: Codec = {
    name,
    classId: id[0],
    methodId: id[1],
    hasContent: 'content' in rest,
    fields: Object.entries(fields).map(([field, kind]) => [field, kind, field.startsWith('reserved')]),
  };
  byName.set(name, codec);
  byId.set((id[0] << 16) | id[1], codec);
}

/** The class and method id of a method, as `connection.close` names the culprit. */
export function methodId(name: MethodName): readonly [classId: number, methodId: number] {
  return methodSpec[name].id;
}

/** Whether a content header and a body follow the method. */
export function hasContent(name: MethodName): boolean {
  return codecOf(name).hasContent;
}

/**
 * Reads the payload of a method frame.
 *
 * @throws AmqpError `COMMAND_INVALID` for a method AMQP 0-9-1 does not have, `FRAME_ERROR` when fields are cut short,
 *   or followed by anything, `SYNTAX_ERROR` when a table holds what it cannot.
 */
export function readMethod(reader: ByteReader, numbers: NumberReading = 'plain'): Method {
  const classId = reader.short();
  const id = reader.short();
  const codec = byId.get((classId << 16) | id);
  if (codec === undefined) {
    throw new AmqpError('COMMAND_INVALID', `unknown method {${classId},${id}}`);
  }
  const fields = readFields(reader, codec, numbers);
  reader.end();
  return { name: codec.name, fields } as unknown as Method;
}

function readFields(reader: ByteReader, codec: Codec, numbers: NumberReading): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  let bits = 0;
  let mask = 0;
  for (const [name, kind, reserved] of codec.fields) {
    if (kind === 'bit') {
      if (mask === 0 || mask === 0x100) {
        bits = reader.octet();
        mask = 1;
      }
      if (!reserved) fields[name] = (bits & mask) !== 0;
      mask <<= 1;
    } else {
      mask = 0;
      const value = readField(reader, kind, numbers);
      if (!reserved) fields[name] = value;
    }
  }
  return fields;
}

/** Reads one field that is not a bit. */
export function readField(
  reader: ByteReader,
  kind: Exclude<FieldKind, 'bit'>,
  numbers: NumberReading,
): number | string | Buffer | FieldTable {
  switch (kind) {
    case 'shortstr':
      return reader.shortstr();
    case 'longlong':
    case 'timestamp':
      return reader.longlong();
    case 'octet':
      return reader.octet();
    case 'short':
      return reader.short();
    case 'long':
      return reader.long();
    case 'table':
      return readTable(reader, numbers);
    case 'longstr':
      return reader.longstr();
  }
}

/** Writes the payload of a method frame. */
export function writeMethod<N extends MethodName>(writer: ByteWriter, name: N, input: MethodInput<N>): void {
  const codec = codecOf(name);
  writer.short(codec.classId);
  writer.short(codec.methodId);
  const values = input as Readonly<Record<string, unknown>>;
  let bits = 0;
  let mask = 0;
  for (const [field, kind] of codec.fields) {
    if (kind === 'bit') {
      if (mask === 0) mask = 1;
      if (values[field]) bits |= mask;
      mask <<= 1;
      continue;
    }
    if (mask !== 0) writer.octet(bits);
    bits = 0;
    mask = 0;
    writeField(writer, kind, values[field], field);
  }
  if (mask !== 0) writer.octet(bits);
}

/**
 * Writes one field that is not a bit; `undefined` is zero or empty.
 *
 * @param name for the error.
 * @throws TypeError, RangeError for a value of another kind.
 */
export function writeField(
  writer: ByteWriter,
  kind: Exclude<FieldKind, 'bit'>,
  value: unknown,
  name: string,
): void {
  switch (kind) {
    case 'shortstr':
      writer.shortstr((value as string | undefined) ?? '', name);
      break;
    case 'longlong':
    case 'timestamp':
      writer.longlong(whole(value, Number.MAX_SAFE_INTEGER, name));
      break;
    case 'octet':
      writer.octet(whole(value, 0xff, name));
      break;
    case 'short':
      writer.short(whole(value, 0xffff, name));
      break;
    case 'long':
      writer.long(whole(value, 0xffff_ffff, name));
      break;
    case 'table':
      writeTable(writer, (value as FieldTable | undefined) ?? {}, { name });
      break;
    case 'longstr':
      writer.longstr((value as Uint8Array | undefined) ?? '');
      break;
  }
}

/** @throws TypeError, RangeError for what is no whole number from 0 to `largest`; `undefined` is 0. */
function whole(value: unknown, largest: number, name: string): number {
  if (value === undefined) return 0;
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number and is a ${typeof value}`);
  if (Number.isInteger(value) && value >= 0 && value <= largest) return value;
  throw new RangeError(`${name} must be a whole number from 0 to ${largest} and is ${value}`);
}

function codecOf(name: MethodName): Codec {
  const codec = byName.get(name);
  if (codec === undefined) throw new TypeError(`AMQP 0-9-1 has no method ${name}`);
  return codec;
}
