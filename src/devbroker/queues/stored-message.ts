import type { FieldTable, FieldValue } from '../../protocol/index.js';
import { headersOf, type Message, withProperties } from '../common/message.js';
import type { Profile } from '../common/profile.js';

/** A message as a stream keeps it: in the form of AMQP 1.0, whose properties have no lists and no tables. */
export function asStored(message: Message, { streamsKeepContainers }: Profile): Message {
  const entries = Object.entries(headersOf(message)).filter(([, value]) => isSimple(value));
  if (!streamsKeepContainers) return withHeadersOnly(message, Object.fromEntries(entries));
  const { CC: copies } = headersOf(message);
  const headers = Object.fromEntries(entries.map(([name, value]) => [name, asText(value)]));
  const stored = withHeadersOnly(message, copies === undefined ? headers : { ...headers, CC: copies });
  return withProperties(stored, { deliveryMode: 1, ...stored.properties });
}

function withHeadersOnly(message: Message, headers: FieldTable): Message {
  return withProperties(message, { ...message.properties, headers });
}

function isSimple(value: FieldValue): boolean {
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return true;
  return !Array.isArray(value) && Object.hasOwn(value, '!');
}

function asText(value: FieldValue): FieldValue {
  return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
}
