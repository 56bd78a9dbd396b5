/**
 * Headers and other properties as bytes, of every kind that a peer can make and no honest encoder would. They know nothing of `src/protocol`, so
 * they can judge it.
 */

/** A value of a field table: the letter of its type, and its bytes. */
export function rawValue(letter: string, bytes: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(letter, 'latin1'), bytes]);
}

/** A value that has its size before it: a text, bytes, a table or an array. */
export function sizedValue(letter: string, ...parts: readonly Uint8Array[]): Buffer {
  return rawValue(letter, sized(...parts));
}

/** An entry of a table. The name may be any bytes, 255 at most. */
export function rawEntry(name: string | Uint8Array, value: Uint8Array): Buffer {
  const bytes = Buffer.from(name as string);
  return Buffer.concat([Buffer.of(bytes.length), bytes, value]);
}

/** A table of entries, as it stands in the properties of a message. */
export function rawTable(...entries: readonly Uint8Array[]): Buffer {
  return sized(...entries);
}

/** Tables in tables (`F`), or arrays in arrays (`A`): so many, and nothing in the last one. */
export function nestedValue(letter: 'A' | 'F', depth: number): Buffer {
  const level = letter === 'F' ? Buffer.from('F\0\0\0\0\x01a', 'latin1') : Buffer.from('A\0\0\0\0', 'latin1');
  const last = Buffer.from('F\0\0\0\0', 'latin1');
  const bytes = Buffer.concat([...Array.from({ length: depth - 1 }, () => level), last]);
  for (let each = 0; each < depth - 1; each++) {
    const at = each * level.length + 1;
    bytes.writeUInt32BE(bytes.length - at - 4, at);
  }
  return bytes;
}

/** The properties of a message; texts may be any bytes, 255 at most. */
export interface RawProperties {
  readonly contentType?: string | Uint8Array | undefined;
  readonly contentEncoding?: string | Uint8Array | undefined;
  /** What {@link rawTable} gives. */
  readonly headers?: Uint8Array | undefined;
  readonly deliveryMode?: number | undefined;
  readonly priority?: number | undefined;
  readonly correlationId?: string | Uint8Array | undefined;
  readonly replyTo?: string | Uint8Array | undefined;
  readonly expiration?: string | Uint8Array | undefined;
  readonly messageId?: string | Uint8Array | undefined;
  readonly timestamp?: bigint | undefined;
  readonly type?: string | Uint8Array | undefined;
  readonly userId?: string | Uint8Array | undefined;
  readonly appId?: string | Uint8Array | undefined;
  readonly clusterId?: string | Uint8Array | undefined;
}

/** In the order of their flags, from bit 15 down (section 4.2.6.1). */
const order: readonly (keyof RawProperties)[] = [
  'contentType',
  'contentEncoding',
  'headers',
  'deliveryMode',
  'priority',
  'correlationId',
  'replyTo',
  'expiration',
  'messageId',
  'timestamp',
  'type',
  'userId',
  'appId',
  'clusterId',
];

/** Property flags and property list. */
export function rawProperties(given: RawProperties): Buffer {
  const there = order.filter((name) => given[name] !== undefined);
  const flags = there.reduce((sum, name) => sum | (0x8000 >> order.indexOf(name)), 0);
  return Buffer.concat([
    Buffer.of(flags >> 8, flags & 0xff),
    ...there.map((name) => rawProperty(given, name)),
  ]);
}

function rawProperty(given: RawProperties, name: keyof RawProperties): Uint8Array {
  const value = given[name];
  if (typeof value === 'number') return Buffer.of(value);
  if (typeof value === 'bigint') {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(value);
    return bytes;
  }
  if (name === 'headers') return value as Uint8Array;
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function sized(...parts: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(parts);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
