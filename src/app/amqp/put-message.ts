import type { MessageProperties } from '../../amqp/index.js';
import type { MessageSettings } from '../../component/index.js';
import { ConfigurationError } from '../../errors.js';
import { jsonEncoder, toPlain } from '../../wire/index.js';

/**
 * A message for `AmqpConnection.put`: either `data`, which becomes JSON, or `serializedData`, sent as it is. Bytes are not
 * copied: they must not change before the promise of `put` is settled.
 */
export interface PutMessage extends MessageSettings {
  /** The routing key; the name of a queue where `exchange` is left out. */
  readonly routingKey: string;
  /** `''`: the routing key is the name of a queue. @default '' */
  readonly exchange?: string | undefined;
  /** @default the connection's */
  readonly vhost?: string | undefined;
  /** What becomes the JSON of the body, as it is now; not beside `serializedData`. */
  readonly data?: unknown;
  /** The body as it leaves, a text in UTF-8; not beside `data`. */
  readonly serializedData?: string | Uint8Array | undefined;
  /**
   * Any AMQP properties in its own words, unchecked, over those that are always there: `message_id`, `delivery_mode` 2, and the content
   * type of JSON. `headers`, `priority`, `expirationMs`, `messageId` and `type` come over these.
   */
  readonly properties?: MessageProperties | undefined;
  /** Whether a message that reaches no queue is a failure. @default true */
  readonly mandatory?: boolean | undefined;
  /** How long the broker's confirm may take, in milliseconds, the first connect included; `Infinity` for no limit. @default 30,000 */
  readonly timeoutMs?: number | undefined;
  /** Gives it up: the promise of `put` rejects with a CancelledError. What has left by then may arrive. */
  readonly signal?: AbortSignal | undefined;
}

/** The bytes of a message, and what they are. @throws ConfigurationError for both or neither of data; EncodingError */
export function contentOf({ data, serializedData }: PutMessage): {
  readonly content: Buffer;
  readonly contentType?: string;
} {
  if ((data === undefined) === (serializedData === undefined)) {
    throw new ConfigurationError('A message has either data or serializedData, one of the two.');
  }
  if (typeof serializedData === 'string') return { content: Buffer.from(serializedData) };
  if (serializedData !== undefined) return { content: asBuffer(serializedData) };
  return { content: jsonEncoder.encode(toPlain(data)), contentType: jsonEncoder.contentType };
}

/** The same bytes, not a copy of them. */
function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
