import { AmqpError } from './amqp-error.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { NumberReading } from './field-table.js';
import { readField, writeField } from './method-codec.js';
import { propertySpec } from './spec.js';
import type { FieldKind, Properties } from './types.js';

const entries = Object.entries(propertySpec).map(
  ([name, kind], index) => [name as keyof Properties, kind as Exclude<FieldKind, 'bit'>, 15 - index] as const,
);

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
  for (const [name, kind, bit] of entries) {
    if ((flags & (1 << bit)) !== 0) properties[name] = readField(reader, kind, numbers);
  }
  return properties as Properties;
}

/** Writes property flags and property list; `undefined` properties are absent. */
export function writeProperties(writer: ByteWriter, properties: Properties): void {
  let flags = 0;
  for (const [name, , bit] of entries) {
    if (properties[name] !== undefined) flags |= 1 << bit;
  }
  writer.short(flags);
  for (const [name, kind] of entries) {
    const value = properties[name];
    if (value !== undefined) writeField(writer, kind, value);
  }
}
