import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { HttpError } from './http-error.js';

type Unpack = (bytes: Buffer, limit: { readonly maxOutputLength: number }) => Promise<Buffer>;

const unpackers: ReadonlyMap<string, Unpack> = new Map<string, Unpack>([
  ['gzip', promisify(gunzip)],
  ['x-gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
]);

/**
 * What a body is before the encoding that its header names was put on it; no more of it than `maxBytes` is ever held.
 * @throws HttpError 415 for an encoding that nobody knows, 413 for more than `maxBytes`, 400 for what is not so encoded
 */
export async function unpacked(
  bytes: Buffer,
  contentEncoding: string | null,
  maxBytes: number,
): Promise<Buffer> {
  const encoding = contentEncoding?.trim().toLowerCase() || 'identity';
  if (encoding === 'identity') return bytes;
  const unpack = unpackers.get(encoding);
  if (!unpack) throw unknownEncoding();
  try {
    return await unpack(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new HttpError(400, `The body is not ${encoding}, as its content-encoding says.`, { cause });
  }
}

/** The refusal of a body that is too large, packed or not. */
export function tooLarge(maxBytes: number): HttpError {
  return new HttpError(413, `The body is larger than ${maxBytes} bytes.`);
}

function unknownEncoding(): HttpError {
  const known = [...unpackers.keys()].join(', ');
  const headers = { 'accept-encoding': known };
  return new HttpError(415, `The body has a content-encoding that is not read here; these are: ${known}.`, {
    headers,
  });
}
