import { ConfigurationError } from '../errors.js';

/** The encodings of text that are known, by all their names. A map: names come from peers, and an object has some of its own. */
const encodings: ReadonlyMap<string, BufferEncoding> = new Map([
  ['utf-8', 'utf8'],
  ['utf8', 'utf8'],
  ['us-ascii', 'ascii'],
  ['ascii', 'ascii'],
  ['iso-8859-1', 'latin1'],
  ['latin1', 'latin1'],
  ['utf-16le', 'utf16le'],
]);

/** Text as bytes. @throws ConfigurationError for an encoding that is not known, or that cannot say this text */
export function encodeText(text: string, contentEncoding: string): Buffer {
  const encoding = encodings.get(contentEncoding.toLowerCase());
  if (!encoding) {
    const known = [...encodings.keys()].join(', ');
    throw new ConfigurationError(
      `Text cannot be sent with the content encoding '${contentEncoding.slice(0, 40)}': give the bytes yourself, or one of ${known}.`,
    );
  }
  const bytes = Buffer.from(text, encoding);
  if (bytes.toString(encoding) === text) return bytes;
  throw new ConfigurationError(`The text has characters that '${contentEncoding}' does not have.`);
}

/** Bytes as text, where they are text in an encoding that is known; else as they are, never an error. */
export function decodeText(bytes: Buffer, contentEncoding: string | undefined): string | Buffer {
  const encoding = encodings.get(contentEncoding?.toLowerCase() ?? '');
  if (!encoding) return bytes;
  const text = bytes.toString(encoding);
  return Buffer.from(text, encoding).equals(bytes) ? text : bytes;
}
