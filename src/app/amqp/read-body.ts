import type { Delivery } from '../../amqp/index.js';
import {
  type ContentType,
  decoderFor,
  encodingTold,
  jsonEncoder,
  readTyped,
  type ToldEncoding,
} from '../../wire/index.js';

/** How a route reads bodies. */
export type BodyReader = (delivery: Delivery) => unknown;

/** Reads bodies as a route asks: raw, as JSON (gzip where the message says so), or into a type. */
export function bodyReader(body: ContentType | 'raw' | undefined): BodyReader {
  if (body === 'raw') return ({ content }) => content;
  const read: BodyReader = ({ content, properties }) =>
    decoderFor(jsonEncoder, encodingTold(properties as ToldEncoding)).decode(content);
  return body ? (delivery) => readTyped(body, read(delivery)) : read;
}
