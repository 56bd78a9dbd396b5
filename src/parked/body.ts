import { isUtf8 } from 'node:buffer';
import type { MessageProperties } from '../amqp/index.js';
import { decoderFor, encodingTold, isRecord, jsonEncoder, type ToldEncoding } from '../wire/index.js';

/** The body of a message, and what says how it is encoded. */
export interface EncodedBody {
  readonly content: Buffer;
  readonly properties: MessageProperties;
}

/** What stands in a body: JSON where it is some, unpacked where it is gzip; else the text; else the bytes in base64. */
export function readableBody({ content, properties }: EncodedBody): unknown {
  const value = jsonBody({ content, properties });
  if (value !== undefined) return value;
  return isUtf8(content) ? content.toString() : `base64:${content.toString('base64')}`;
}

/** The value of a body of JSON, undefined for what is none. */
export function jsonBody({ content, properties }: EncodedBody): unknown {
  try {
    return bodyEncoder(properties).decode(content);
  } catch {
    return undefined;
  }
}

/** What reads and writes JSON as this message has it: packed by gzip, or plain. */
export function bodyEncoder(properties: MessageProperties): ReturnType<typeof decoderFor> {
  return decoderFor(jsonEncoder, encodingTold(properties as ToldEncoding));
}

/** What the envelope of a message says of its sender, or else its `app_id`; undefined where nobody says. */
export function senderName(message: EncodedBody): string | undefined {
  const body = jsonBody(message);
  const fingerprint = isRecord(body) ? body['fingerprint'] : undefined;
  const name = isRecord(fingerprint) ? fingerprint['name'] : message.properties['appId'];
  return typeof name === 'string' ? name : undefined;
}

/**
 * What the message is called: its `type`, else the name in its envelope or the pattern in Nest's, else the routing key with
 * which it was published first, where that is known; undefined where it has none.
 */
export function messageName(message: EncodedBody & { readonly origin?: Origin }): string | undefined {
  const names = [message.properties.type, nameInBody(jsonBody(message)), message.origin?.['routing_key']];
  return names.find((name): name is string => typeof name === 'string' && name !== '');
}

type Origin = Readonly<Record<string, unknown>>;

/** The name of other JSON is somebody's, and not that of the message. */
function nameInBody(body: unknown): unknown {
  if (!isRecord(body)) return undefined;
  const isNest = 'pattern' in body && 'data' in body;
  return typeof body['type'] === 'string' ? body['name'] : isNest ? body['pattern'] : undefined;
}
