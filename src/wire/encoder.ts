import { isUtf8 } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { EncodingError, MalformedMessageError } from '../errors.js';
import { gunzip } from './gunzip.js';
import { checkDepth, checkKeys } from './untrusted.js';

/** Makes bytes of bodies, and bodies of bytes. Set your own as `static encoder` on a producer or a consumer. */
export interface Encoder {
  /** The value of the `content_type` property, for example `application/json`. */
  readonly contentType: string;
  /** The value of the `content_encoding` property, for example `gzip`; left out where there is none. */
  readonly contentEncoding?: string;
  /**
   * Makes bytes of a body.
   * @throws EncodingError for what cannot be encoded (a circle, a bigint); nothing is sent then.
   */
  encode(body: unknown): Buffer;
  /**
   * Makes a body of bytes that come from an untrusted peer: throw {@link MalformedMessageError}, never anything worse.
   */
  decode(bytes: Buffer): unknown;
}

/** The properties that say how a body was encoded. */
export function encodingOf({ contentType, contentEncoding }: Encoder): {
  readonly contentType: string;
  readonly contentEncoding?: string;
} {
  return { contentType, ...(contentEncoding !== undefined && { contentEncoding }) };
}

/** How much a peer may send. What exceeds a limit ends as a {@link MalformedMessageError} of that one message. */
export interface DecodeLimits {
  /** The largest body, after decompression, in bytes. @default 16 MiB, the limit of RabbitMQ 4 */
  readonly maxBytes?: number | undefined;
  /** The deepest nesting of arrays and objects. @default 200 */
  readonly maxDepth?: number | undefined;
}

/** JSON in UTF-8: the default. Integers above 2^53 lose precision; `NaN` and `Infinity` are malformed. */
export class JsonEncoder implements Encoder {
  readonly contentType: string = 'application/json';
  /** What a peer may send. */
  readonly limits: { readonly [Limit in keyof DecodeLimits]-?: number };

  constructor({ maxBytes = 16 * 1024 * 1024, maxDepth = 200 }: DecodeLimits = {}) {
    this.limits = { maxBytes, maxDepth };
  }

  encode(body: unknown): Buffer {
    const text = toJson(body);
    if (text === undefined) throw new EncodingError(`A ${typeof body} cannot be sent.`);
    return Buffer.from(text);
  }

  decode(bytes: Buffer): unknown {
    const { maxBytes, maxDepth } = this.limits;
    if (bytes.length > maxBytes) {
      throw new MalformedMessageError(
        `The body is too large: it has ${bytes.length} bytes, and the encoder here allows ${maxBytes} (\`maxBytes\`).`,
      );
    }
    if (!isUtf8(bytes)) throw new MalformedMessageError('The body is not text in UTF-8.');
    checkDepth(bytes, maxDepth);
    return parse(bytes.toString());
  }
}

/** Undefined for what JSON leaves out, such as a function. @throws EncodingError */
export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    const [reason] = String(cause).split('\n');
    throw new EncodingError(
      `It cannot be sent as JSON (${reason}): send text, numbers, booleans, null, and lists and plain objects of them.`,
      { cause },
    );
  }
}

/** JSON, compressed by gzip. Decompression stops at the byte limit, so a gzip bomb costs that much and no more. */
export class GzipJsonEncoder implements Encoder {
  readonly contentType: string = 'application/json';
  readonly contentEncoding: string = 'gzip';
  readonly #json: JsonEncoder;

  constructor(limits: DecodeLimits = {}) {
    this.#json = new JsonEncoder(limits);
  }

  /** What a peer may send; the bytes are counted after decompression. */
  get limits(): { readonly [Limit in keyof DecodeLimits]-?: number } {
    return this.#json.limits;
  }

  encode(body: unknown): Buffer {
    return gzipSync(this.#json.encode(body));
  }

  decode(bytes: Buffer): unknown {
    return this.#json.decode(gunzip(bytes, this.limits.maxBytes));
  }
}

/** The default encoder, with the default limits. */
export const jsonEncoder: Encoder = new JsonEncoder();

/** What a message says of the encoding of its body. */
export interface ToldEncoding {
  readonly contentEncoding?: string | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
}

/** How the body of a message is encoded: kombu tells a compression in a header of that name, and text's encoding where others tell it. */
export function encodingTold({ contentEncoding, headers }: ToldEncoding): string | undefined {
  const compression = headers?.['compression'];
  return typeof compression === 'string' ? compression : contentEncoding;
}

/** What kombu calls gzip is zlib, which is read as well. */
const gzipNames: readonly unknown[] = ['gzip', 'application/x-gzip'];

/** kombu's other compressions, which a user's own encoder may read. */
const otherNames: readonly unknown[] = ['bz2', 'lzma', 'xz', 'zstd', 'brotli'].map(
  (each) => `application/x-${each}`,
);

/**
 * The encoder for what has arrived. A body that says gzip is read as gzip JSON, unless the consumer's own encoder does
 * that itself; everything else, also what says nothing, is read by the consumer's own. Its limits hold either way.
 */
export function decoderFor(own: Encoder, encoding: string | undefined): Encoder {
  const compressed = gzipNames.includes(encoding) && own.contentEncoding !== 'gzip';
  const plain = !encoding && own instanceof GzipJsonEncoder;
  if (compressed || plain) return twinOf(own);
  const isOurs = own instanceof JsonEncoder || own instanceof GzipJsonEncoder;
  return isOurs && otherNames.includes(encoding) ? unreadable(own, String(encoding)) : own;
}

function unreadable(own: Encoder, encoding: string): Encoder {
  const decode = (): never => {
    throw new MalformedMessageError(
      `The body is compressed as '${encoding}', and only gzip is read here. Send gzip, or set an encoder of your own.`,
    );
  };
  return { contentType: own.contentType, encode: (body) => own.encode(body), decode };
}

const twins = new WeakMap<Encoder, Encoder>();

/** Plain JSON for a gzip encoder, gzip JSON for any other one, with the limits of the given one. */
function twinOf(own: Encoder): Encoder {
  const limits = own instanceof JsonEncoder || own instanceof GzipJsonEncoder ? own.limits : {};
  const twin =
    twins.get(own) ??
    (own instanceof GzipJsonEncoder ? new JsonEncoder(limits) : new GzipJsonEncoder(limits));
  twins.set(own, twin);
  return twin;
}

function parse(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new MalformedMessageError('The body is not JSON.', { cause });
  }
  checkKeys(text, value);
  return value;
}
