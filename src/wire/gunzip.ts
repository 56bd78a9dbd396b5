import { unzipSync } from 'node:zlib';
import { MalformedMessageError } from '../errors.js';

/**
 * The bytes inside a body of gzip, or of zlib, which kombu calls gzip.
 * @throws MalformedMessageError that says what is wrong with it; nothing larger than `maxBytes` is held
 */
export function gunzip(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes.length === 0) throw new MalformedMessageError('The body is empty, and should be gzip.');
  try {
    return unzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    throw new MalformedMessageError(reason(cause as NodeJS.ErrnoException, maxBytes), { cause });
  }
}

function reason({ code, message }: NodeJS.ErrnoException, maxBytes: number): string {
  if (code === 'ERR_BUFFER_TOO_LARGE')
    return `The body is too large: more than ${maxBytes} bytes inside its gzip (\`maxBytes\` of the encoder).`;
  if (message === 'incorrect header check')
    return 'The body is not gzip, though its sender says so, or this consumer reads gzip only.';
  if (code === 'Z_BUF_ERROR') return 'The body is gzip that was cut off.';
  return `The body is gzip that is damaged: ${message}.`;
}
