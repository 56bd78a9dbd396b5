/** Fields of AMQP 0-9-1 (section 4.2.1) as bytes, just enough for hand-made frames. */
export function u8(value: number): Buffer {
  return Buffer.of(value & 0xff);
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function shortString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([u8(bytes.length), bytes]);
}

export function longString(bytes: Buffer): Buffer {
  return Buffer.concat([u32(bytes.length), bytes]);
}

/** A field table of booleans, strings and tables. */
export interface TableFields {
  readonly [key: string]: boolean | string | TableFields;
}

export function table(fields: TableFields): Buffer {
  return longString(Buffer.concat(Object.entries(fields).map(([key, value]) => pair(key, value))));
}

function pair(key: string, value: boolean | string | TableFields): Buffer {
  return Buffer.concat([shortString(key), fieldValue(value)]);
}

function fieldValue(value: boolean | string | TableFields): Buffer {
  if (typeof value === 'boolean') return Buffer.concat([Buffer.from('t'), u8(value ? 1 : 0)]);
  if (typeof value === 'string') return Buffer.concat([Buffer.from('S'), longString(Buffer.from(value))]);
  return Buffer.concat([Buffer.from('F'), table(value)]);
}
