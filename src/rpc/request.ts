import type { MessageProperties } from '../amqp/index.js';
import type { Encoder } from '../wire/index.js';

/** A call as it leaves: one message, sent again unchanged until it is answered. */
export interface CallRequest {
  readonly exchange: string;
  readonly routingKey: string;
  /** For people: what is called. */
  readonly name: string;
  readonly content: Buffer;
  readonly properties: MessageProperties;
  /** Reads the answer. */
  readonly encoder: Encoder;
}

/** How long a call may take. */
export interface CallOptions {
  /** How long each attempt waits for an answer. */
  readonly timeoutMs: number;
  /** How many times it is sent AGAIN: 4 means five sends. */
  readonly maxRetry: number;
  /** Ends the wait at once; the request stays where it is. */
  readonly signal?: AbortSignal | undefined;
}

/** The header that tells the handler which attempt this is; left out for the first. */
export const attemptHeader = 'x-waybill-attempt';
