/**
 * Headers as bytes, of every kind that a peer can make and no honest encoder would. They know nothing of `src/protocol`, so
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

function sized(...parts: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(parts);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
