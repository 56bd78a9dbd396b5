import type { MessageProperties } from '../amqp/index.js';
import { brand, isBranded } from '../common/shared-by-copies.js';
import { type Headers, readHeaders, writeHeaders } from './headers.js';
import { decodeText, encodeText } from './text.js';

/** The AMQP properties of a message, its `headers` in the values of JavaScript. */
export type PlainProperties = Omit<MessageProperties, 'headers'> & { readonly headers?: Headers | undefined };

/** A message: text or bytes, and properties. */
export class Message {
  /** Text or bytes, as given; of one that has come, text where its `contentEncoding` says which. */
  readonly body: string | Buffer;
  /** The AMQP properties. A text has a `contentEncoding`, `UTF-8` unless given; bytes have none unless given. */
  readonly properties: PlainProperties;

  constructor(body: string | Uint8Array = '', properties: PlainProperties = {}) {
    const isText = typeof body === 'string';
    this.body = isText ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.properties = isText ? { contentEncoding: 'UTF-8', ...properties } : properties;
  }
}

brand(Message, 'Message of a channel');

/** True for a message of a channel, also one made by a second copy of this package. */
export function isMessage(value: unknown): value is Message {
  return isBranded(value, 'Message of a channel');
}

/** Where a message comes from. */
export interface DeliveryInfo {
  /** The tag by which the message is settled, on the channel that it came on. */
  readonly deliveryTag: number;
  /** True when the broker has delivered the message before. */
  readonly redelivered: boolean;
  /** The exchange it was published to; `''` is the default one. */
  readonly exchange: string;
  /** The routing key it was published with. */
  readonly routingKey: string;
  /** The tag of the consumer; left out for a message from `get`. */
  readonly consumerTag?: string;
  /** How many more messages are ready in the queue, for a message from `get`. */
  readonly messageCount?: number;
}

/** A message that has come. Its body is text where its content encoding says which, else bytes. */
export class ReceivedMessage extends Message {
  /** By which it is settled, and where it comes from. */
  readonly deliveryInfo: DeliveryInfo;

  constructor(body: string | Buffer, properties: PlainProperties, deliveryInfo: DeliveryInfo) {
    super(body, properties);
    this.deliveryInfo = deliveryInfo;
  }
}

/** A message that the broker has sent back: it was mandatory and reached no queue. */
export interface ReturnedMessage {
  /** The reply code, 312. */
  readonly replyCode: number;
  /** The reply text, NO_ROUTE. */
  readonly replyText: string;
  /** The exchange that found no queue for it; `''` is the default one. */
  readonly exchange: string;
  /** The routing key it was published with. */
  readonly routingKey: string;
  /** What was published, body and properties. */
  readonly message: Message;
}

/** What leaves. @throws ConfigurationError for text or headers that cannot be sent */
export function toWire({ body, properties }: Message): {
  readonly content: Buffer;
  readonly properties: MessageProperties;
} {
  const { headers, ...others } = properties;
  const encoding = properties.contentEncoding as string | undefined;
  return {
    content: typeof body === 'string' ? encodeText(body, encoding ?? 'UTF-8') : body,
    properties: { ...others, ...(headers && { headers: writeHeaders(headers) }) },
  };
}

/** What amqplib gives of a message. */
interface Raw {
  readonly content: Buffer;
  readonly properties: object;
  readonly fields: object;
}

/** A message that has come. */
export function received(raw: Raw): ReceivedMessage {
  const fields = raw.fields as DeliveryInfo;
  const { deliveryTag, redelivered, exchange, routingKey, consumerTag, messageCount } = fields;
  return new ReceivedMessage(readBody(raw), readProperties(raw), {
    ...{ deliveryTag, redelivered, exchange, routingKey },
    ...(consumerTag !== undefined && { consumerTag }),
    ...(messageCount !== undefined && { messageCount }),
  });
}

/** A message that the broker has sent back. */
export function returned(raw: Raw): ReturnedMessage {
  const { replyCode, replyText, exchange, routingKey } = raw.fields as ReturnedMessage;
  const message = new Message(readBody(raw), readProperties(raw));
  return { replyCode, replyText, exchange, routingKey, message };
}

/** Gives the body as text where its content encoding says which, else as bytes. */
function readBody({ content, properties }: Raw): string | Buffer {
  return decodeText(content, (properties as MessageProperties).contentEncoding as string | undefined);
}

/** Those that were sent. */
function readProperties({ properties }: Raw): PlainProperties {
  const given = Object.entries(properties).filter(([, value]) => value !== undefined);
  const { headers, ...others } = Object.fromEntries(given) as MessageProperties;
  const isTold = headers !== undefined && Object.keys(headers).length > 0;
  return { ...others, ...(isTold && { headers: readHeaders(headers) }) };
}
