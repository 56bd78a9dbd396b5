import { isAnyArrayBuffer, isSharedArrayBuffer } from 'node:util/types';
import { EncodingError } from '../../errors.js';
import { toPlain } from '../../wire/index.js';
import { type HttpError, isHttpError } from './http-error.js';

/** An answer and how many bytes it has, where that is known. */
export interface Answer {
  readonly response: Response;
  readonly bytes?: number;
  /** Of an answer that leaves bit by bit: resolves when it has ended, to how. */
  readonly sent?: Promise<'ended' | 'broken'>;
}

/** The answer for what a handler returned that is no Response. @throws EncodingError for what is no JSON */
export function answerOf(value: unknown): Answer {
  if (value === undefined) return { response: new Response(null, { status: 204 }), bytes: 0 };
  if (typeof value === 'string') return answer(value, 200, 'text/plain; charset=utf-8');
  const bytes = bytesOf(value);
  if (bytes) return answer(bytes, 200, 'application/octet-stream');
  if (value instanceof ReadableStream)
    throw new EncodingError(
      'A ReadableStream is answered as the body of a Response: return new Response(stream).',
    );
  return json(value);
}

/** The bytes of what is made of bytes. A copy where they are shared: a Response takes none that change. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (isAnyArrayBuffer(value)) return bytesOf(new Uint8Array(value));
  if (!ArrayBuffer.isView(value)) return undefined;
  const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return isSharedArrayBuffer(value.buffer) ? Uint8Array.from(bytes) : bytes;
}

/** An answer in JSON. @throws EncodingError for what is no JSON */
export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  const text = JSON.stringify(toPlain(value));
  if (text === undefined)
    throw new EncodingError(
      `A ${typeof value} cannot be answered as JSON. Return what JSON can carry, or nothing.`,
    );
  return answer(text, status, 'application/json', headers);
}

/** The answer for what a handler threw; undefined for what nobody outside shall see. @throws what is wrong with an HttpError */
export function refusal(thrown: unknown): Answer | undefined {
  if (!isHttpError(thrown)) return undefined;
  const { status, message, details, headers }: HttpError = thrown;
  return json({ error: message, ...details }, status, headers);
}

function answer(
  body: string | Uint8Array,
  status: number,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const bytes = Buffer.byteLength(body);
  const all = { 'content-type': contentType, 'content-length': String(bytes), ...headers };
  return { response: new Response(body, { status, headers: all }), bytes };
}
