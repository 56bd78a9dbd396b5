import { AmqpError } from './amqp-error.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { readField, writeField } from './method-codec.js';
import { propertySpec } from './spec.js';
import type { NumberReading } from './table-reader.js';
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
 * Writes property flags and property list; `undefined` properties are absent. Written out, not by the table: each message
 * comes by here.
 *
 * @throws TypeError, RangeError for a value of another kind than the property's: it would break the frame.
 */
export function writeProperties(writer: ByteWriter, given: Properties): void {
  const mark = writer.openFlags();
  let flags = 0;
  if (given.contentType !== undefined) flags |= text(writer, 'contentType', given.contentType, 0x8000);
  if (given.contentEncoding !== undefined)
    flags |= text(writer, 'contentEncoding', given.contentEncoding, 0x4000);
  if (given.headers !== undefined) flags |= field(writer, 'headers', given.headers, 0x2000);
  if (given.deliveryMode !== undefined) flags |= field(writer, 'deliveryMode', given.deliveryMode, 0x1000);
  if (given.priority !== undefined) flags |= field(writer, 'priority', given.priority, 0x0800);
  if (given.correlationId !== undefined) flags |= text(writer, 'correlationId', given.correlationId, 0x0400);
  if (given.replyTo !== undefined) flags |= text(writer, 'replyTo', given.replyTo, 0x0200);
  if (given.expiration !== undefined) flags |= text(writer, 'expiration', given.expiration, 0x0100);
  if (given.messageId !== undefined) flags |= text(writer, 'messageId', given.messageId, 0x0080);
  if (given.timestamp !== undefined) flags |= field(writer, 'timestamp', given.timestamp, 0x0040);
  if (given.type !== undefined) flags |= text(writer, 'type', given.type, 0x0020);
  if (given.userId !== undefined) flags |= text(writer, 'userId', given.userId, 0x0010);
  if (given.appId !== undefined) flags |= text(writer, 'appId', given.appId, 0x0008);
  if (given.clusterId !== undefined) flags |= text(writer, 'clusterId', given.clusterId, 0x0004);
  writer.closeFlags(mark, flags);
}

function text(writer: ByteWriter, name: keyof Properties, value: string, flag: number): number {
  writer.shortstr(value, name);
  return flag;
}

function field(writer: ByteWriter, name: keyof Properties, value: unknown, flag: number): number {
  writeField(writer, propertySpec[name], value, name);
  return flag;
}
