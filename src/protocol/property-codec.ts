import { AmqpError } from './amqp-error.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { NumberReading } from './field-table.js';
import { readField, writeField } from './method-codec.js';
import { propertySpec } from './spec.js';
import type { FieldKind, Properties } from './types.js';

const entries = Object.entries(propertySpec).map(([name, kind], index) => ({
  name: name as keyof Properties,
  kind: kind as Exclude<FieldKind, 'bit'>,
  flag: 1 << (15 - index),
}));

/** Bits that no property of class `basic` has: the two lowest. Bit 0 would announce a second flag word. */
const UNUSED_FLAGS = 0b11;

/**
 * Reads property flags and property list (section 4.2.6.1), to the end of the content header.
 *
 * @throws AmqpError `SYNTAX_ERROR` or `FRAME_ERROR` when flags or values are broken.
 */
export function readProperties(reader: ByteReader, numbers: NumberReading = 'plain'): Properties {
  const flags = reader.short();
  if ((flags & UNUSED_FLAGS) !== 0) throw new AmqpError('SYNTAX_ERROR', 'unknown property flags');
  const properties: Record<string, unknown> = {};
  if (flags === 0) return properties;
  for (const { name, kind, flag } of entries) {
    if ((flags & flag) !== 0) properties[name] = readField(reader, kind, numbers);
  }
  return properties as Properties;
}

/**
 * Writes property flags and property list; `undefined` properties are absent.
 *
 * @throws TypeError, RangeError for a value of another kind than the property's: it would break the frame.
 */
export function writeProperties(writer: ByteWriter, properties: Properties): void {
  const mark = writer.openFlags();
  let flags = 0;
  for (const { name, kind, flag } of entries) {
    const value = properties[name];
    if (value === undefined) continue;
    flags |= flag;
    writeField(writer, kind, value);
  }
  writer.closeFlags(mark, flags);
}
