import type { Properties } from '../../protocol/index.js';

/** A message as it leaves: bytes and where to. */
export interface Outgoing {
  /** `''` is the default exchange: the routing key is then the name of a queue. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  readonly properties: MessageProperties;
  /** True: a message that reaches no queue fails with UnroutableError. It then needs a `messageId`. */
  readonly mandatory: boolean;
  /** True where each message may have another routing key: in the names of spans and figures its exchange stands alone, or there were a series for each. */
  readonly hasOwnKey?: boolean | undefined;
}

/** The properties of a message (AMQP 0-9-1 section 1.8.3), as they go on the wire: `deliveryMode` 2 is persistent. */
export interface MessageProperties extends Omit<Properties, 'headers'> {
  /** Texts, numbers, booleans, null, bytes, lists and mappings of these; other things are refused when it is sent. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
}

/** How one message is published. */
export interface PublishOptions {
  /** How long the confirm may take, waiting for room included. @default 30,000 */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait at once; the message may still arrive. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether it is sent again where the connection is lost before its confirm has come. Else it fails with a
   * ConnectionLostError then, and may have arrived. @default true
   */
  readonly sendAgain?: boolean | undefined;
}

/** The same, of a component that signs. */
export interface Sending extends PublishOptions {
  /** Makes of the message what leaves, each time that it does: a signature tells the time. What it throws ends the publish. */
  readonly leaving?: ((message: Outgoing) => Outgoing) | undefined;
}

/**
 * The properties with some of them changed. Each key is named and always there, so that all messages have one shape:
 * to spread objects, and to write those that come of it, costs more than all the rest of a message.
 */
export function changeProperties(given: MessageProperties, changes: MessageProperties): MessageProperties {
  return {
    contentType: changes.contentType ?? given.contentType,
    contentEncoding: changes.contentEncoding ?? given.contentEncoding,
    headers: changes.headers ?? given.headers,
    deliveryMode: changes.deliveryMode ?? given.deliveryMode,
    priority: changes.priority ?? given.priority,
    correlationId: changes.correlationId ?? given.correlationId,
    replyTo: changes.replyTo ?? given.replyTo,
    expiration: changes.expiration ?? given.expiration,
    messageId: changes.messageId ?? given.messageId,
    timestamp: changes.timestamp ?? given.timestamp,
    type: changes.type ?? given.type,
    userId: changes.userId ?? given.userId,
    appId: changes.appId ?? given.appId,
    clusterId: changes.clusterId ?? given.clusterId,
  };
}
