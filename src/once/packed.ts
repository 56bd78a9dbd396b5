import {
  ByteReader,
  ByteWriter,
  type Properties,
  readProperties,
  writeProperties,
} from '../protocol/index.js';

/** A message, or an answer, as it goes on the wire. */
export interface Packable {
  readonly properties: Omit<Properties, 'headers'> & {
    readonly headers?: Readonly<Record<string, unknown>> | undefined;
  };
  readonly content: Buffer;
}

/** Properties and content as bytes, for a column of a table. @throws TypeError, RangeError for properties that AMQP cannot carry */
export function packed({ properties, content }: Packable): Buffer {
  const writer = new ByteWriter();
  writeProperties(writer, properties as Properties);
  const head = writer.take();
  const size = Buffer.alloc(4);
  size.writeUInt32BE(head.length);
  return Buffer.concat([size, head, content]);
}

/** What was packed. Numbers keep their AMQP types. @throws AmqpError for bytes that are none */
export function unpacked(bytes: Buffer): Packable {
  const reader = new ByteReader(bytes);
  const head = reader.longstr();
  return { properties: readProperties(new ByteReader(head), 'exact'), content: reader.bytes(reader.left) };
}
