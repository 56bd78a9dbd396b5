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

/** What the message is called: its `type`, else the name in its envelope; undefined where it has none. */
export function messageName(message: EncodedBody): string | undefined {
  const { type } = message.properties;
  if (typeof type === 'string' && type !== '') return type;
  const body = jsonBody(message);
  const name = isRecord(body) ? body['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
