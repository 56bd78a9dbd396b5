import * as crypto from 'node:crypto';
import { directReplyTo, type MessageProperties } from '../amqp/index.js';
import { headersText } from './header-text.js';
import { netstring } from './netstrings.js';

/** By which key and when something was signed: the head of a signature, as it stands in its header. */
export interface SignatureHead {
  /** `e` Ed25519, `h` HMAC-SHA256. */
  readonly alg: 'e' | 'h';
  readonly keyId: string;
  /** Milliseconds since 1970 in base 36. */
  readonly at: string;
}

/** What a signature covers of a message: where it goes, its properties, and its body. */
export interface SignedMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: MessageProperties;
  readonly content: Buffer;
}

/** The first of the fields, so that what is signed here is no other thing that anybody signs. */
const purpose = netstring('waybill-sig-v1');

/**
 * The text of which a message's signature is one: its fields as netstrings, one behind the other, in UTF-8. What is missing is empty.
 * @throws ConfigurationError for headers that are none
 */
export function signedText(
  { alg, keyId, at }: SignatureHead,
  { exchange, routingKey, properties, content }: SignedMessage,
): string {
  return (
    purpose +
    netstring(alg) +
    netstring(keyId) +
    netstring(at) +
    netstring(exchange) +
    netstring(asWritten(routingKey)) +
    field(properties.messageId) +
    field(properties.correlationId) +
    netstring(asWritten(properties.replyTo ?? '')) +
    field(properties.type) +
    field(properties.contentType) +
    field(properties.contentEncoding) +
    field(properties.expiration) +
    netstring(headersText(properties.headers)) +
    netstring(sha256(content))
  );
}

function field(text: string | undefined): string {
  return text === undefined ? '0:,' : netstring(text);
}

/** RabbitMQ makes an address of the caller's own of the one for direct replies; its sender has not known it. */
function asWritten(address: string): string {
  return address.startsWith(`${directReplyTo}.`) ? directReplyTo : address;
}

/** n.b. in one call where node has that (20.12): it takes half the time. */
const hash: typeof crypto.hash | undefined = crypto.hash;

function sha256(content: Buffer): string {
  return hash ? hash('sha256', content, 'hex') : crypto.createHash('sha256').update(content).digest('hex');
}
