import type { FieldTable, Properties } from '../../protocol/index.js';

/** A message inside the broker. Never changed: what alters a message makes another. */
export interface Message {
  /** The exchange it was published to, by its sender or as a dead letter; `''` is the default one. */
  readonly exchange: string;
  /** The routing key it was published with, then those of its `CC` and `BCC` headers. */
  readonly routingKeys: readonly [string, ...string[]];
  /** The AMQP properties, headers among them. */
  readonly properties: Properties;
  /** Property flags and list as they came; absent when the broker has changed the properties. */
  readonly encodedProperties?: Buffer | undefined;
  /** About how many bytes the properties took on the wire. @default 0 */
  readonly propertiesBytes?: number;
  /** The bytes of the body; empty where it has none. */
  readonly body: Buffer;
  /** The broker's own record of the message's deaths, where it does not trust the one in the headers; the last one first. */
  readonly deaths?: readonly FieldTable[];
  /** Whether it was rejected or lost with a channel in the queue in which it died, where the next one is to know. */
  readonly hasFailed?: boolean;
}

/** The headers of a message; empty when it has none. */
export function headersOf(message: Message): FieldTable {
  return message.properties.headers ?? {};
}

/** Gives a copy of a message with other properties. */
export function withProperties(message: Message, properties: Properties): Message {
  return { ...message, properties, encodedProperties: undefined };
}

/** Gives a copy of a message with these headers set. */
export function withHeaders(message: Message, set: FieldTable): Message {
  const headers = { ...headersOf(message), ...set };
  return withProperties(message, { ...message.properties, headers });
}

/** Whether a durable queue keeps it over a restart. */
export function isPersistent(message: Message): boolean {
  return message.properties.deliveryMode === 2;
}

/** What a message costs beside its bytes. */
const OVERHEAD_BYTES = 200;

/** How much more properties take once they are read than on the wire: more with many small headers, less with long ones. */
const READ_PROPERTIES_FACTOR = 10;

/** About how much memory a message takes in a queue. */
export function weightOf({ body, propertiesBytes = 0 }: Message): number {
  return body.length + propertiesBytes * READ_PROPERTIES_FACTOR + OVERHEAD_BYTES;
}
