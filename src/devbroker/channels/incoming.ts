import { AmqpError, type Content, type FieldTable } from '../../protocol/index.js';
import { longestTimeMs } from '../common/argument-reader.js';
import { typeName } from '../common/field-types.js';
import type { Message } from '../common/message.js';
import type { Profile } from '../common/profile.js';
import { REPLY_QUEUE } from './reply-registry.js';

/** What a message is made of when it comes in. */
export interface Incoming {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Content;
  /** The name replies to this channel go to, if it consumes direct replies. */
  readonly replyName: string | undefined;
  readonly user: string;
}

/**
 * Makes the message the broker routes: `CC` and `BCC` read, `BCC` taken off, the direct reply-to name filled in.
 *
 * @throws AmqpError 406 for properties RabbitMQ refuses.
 */
export function createMessage(
  { exchange, routingKey, content, replyName, user }: Incoming,
  profile: Profile,
): Message {
  const { properties, encodedProperties, body } = content;
  checkUserId(properties.userId, user);
  checkExpiration(properties.expiration);
  if (profile.checksDeliveryMode) checkDeliveryMode(properties.deliveryMode);
  const propertiesBytes = encodedProperties.length;
  const routingKeys = [routingKey] as const;
  const plain: Message = { exchange, routingKeys, properties, encodedProperties, propertiesBytes, body };
  return withReplyName(withCopies(plain, properties.headers ?? {}), replyName);
}

function checkUserId(userId: string | undefined, user: string): void {
  if (userId === undefined || userId === user) return;
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `user_id property set to '${userId}' but authenticated user was '${user}'`,
  );
}

function checkExpiration(expiration: string | undefined): void {
  if (expiration === undefined || (/^\+?\d+$/.test(expiration) && Number(expiration) <= longestTimeMs))
    return;
  throw new AmqpError('PRECONDITION_FAILED', `invalid expiration '${expiration}'`);
}

function checkDeliveryMode(mode: number | undefined): void {
  if (mode === undefined || mode === 1 || mode === 2) return;
  throw new AmqpError('PRECONDITION_FAILED', `invalid message: {delivery_mode_unknown,${mode}}`);
}

function withCopies(message: Message, headers: FieldTable): Message {
  if (!('CC' in headers || 'BCC' in headers)) return message;
  const routingKeys = [...message.routingKeys, ...copies(headers, 'CC'), ...copies(headers, 'BCC')] as const;
  const { BCC: hidden, ...visible } = headers;
  if (hidden === undefined) return { ...message, routingKeys };
  const properties = { ...message.properties, headers: visible };
  return { ...message, routingKeys, properties, encodedProperties: undefined };
}

function copies(headers: FieldTable, name: 'CC' | 'BCC'): readonly string[] {
  const value = headers[name];
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.filter((key) => typeof key === 'string');
  throw new AmqpError(
    'PRECONDITION_FAILED',
    `invalid message: {unacceptable_type_in_header,"${name}",${typeName(value)}}`,
  );
}

function withReplyName(message: Message, replyName: string | undefined): Message {
  if (message.properties.replyTo !== REPLY_QUEUE) return message;
  if (replyName === undefined) {
    throw new AmqpError('PRECONDITION_FAILED', 'fast reply consumer does not exist');
  }
  const properties = { ...message.properties, replyTo: replyName };
  return { ...message, properties, encodedProperties: undefined };
}
