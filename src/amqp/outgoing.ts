import type { Options } from 'amqplib';

/** A message as it leaves: bytes and where to. */
export interface Outgoing {
  /** `''` is the default exchange: the routing key is then the name of a queue. */
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  readonly properties: MessageProperties;
  /** True: a message that reaches no queue fails with UnroutableError. It then needs a `messageId`. */
  readonly mandatory: boolean;
}

/** The AMQP properties of a message (AMQP 0-9-1 section 1.8.3), as amqplib names them. */
export type MessageProperties = Readonly<Omit<Options.Publish, 'mandatory' | 'BCC' | 'CC'>>;

/** How one message is published. */
export interface PublishOptions {
  /** How long the confirm may take, waiting for room included. @default 30,000 */
  readonly timeoutMs?: number | undefined;
  /** Ends the wait at once; the message may still arrive. */
  readonly signal?: AbortSignal | undefined;
}
