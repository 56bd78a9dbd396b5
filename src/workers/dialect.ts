import { changeProperties, type MessageProperties } from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { MalformedMessageError } from '../errors.js';
import { type Encoder, encodingOf, GzipJsonEncoder, isRecord, toPlain } from '../wire/index.js';

const gzip = new GzipJsonEncoder();

/** gzip JSON as amqp-worker has it: octets that do not say how they are encoded (seeds 3.2). The default here. */
export const octetEncoder: Encoder = {
  contentType: 'application/octet-stream',
  encode: (body) => gzip.encode(body),
  decode: (bytes) => gzip.decode(bytes),
};

/** The properties of tasks (persistent: `deliveryMode` 2) and calls (1), as the original sends them (seeds 3.2). */
export function requestProperties(encoder: Encoder, deliveryMode: 1 | 2): MessageProperties {
  return changeProperties(encodingOf(encoder), { type: 'call', priority: 5, deliveryMode });
}

/** What travels to a worker. @throws EncodingError for what JSON cannot say */
export function wrapData(data: unknown): { readonly data: unknown } {
  return { data: toPlain(data) ?? null };
}

/** Which bodies are the data themselves, without `{ data: … }` around them: none, those that are no object, or all of them. */
export type Bare = boolean | 'whole';

/**
 * What has travelled: the value under `data`, which must be the only key. A value that is no object is taken as it is,
 * if `acceptBare` says so: the original's own examples send it so, though it refuses it. With `whole` every body is.
 * @throws MalformedMessageError
 */
export function unwrapData(decoded: unknown, acceptBare: Bare): unknown {
  if (acceptBare === 'whole') return decoded;
  if (!isRecord(decoded)) {
    if (acceptBare) return decoded;
    throw new MalformedMessageError("The body is no object with a key 'data'.");
  }
  const keys = Object.keys(decoded);
  if (keys.length === 1 && keys[0] === 'data') return decoded['data'];
  const found = keys.length === 0 ? 'none' : cut(keys.slice(0, 5).join(', '));
  throw new MalformedMessageError(`The body must have the key 'data' and no other; it has: ${found}.`);
}
