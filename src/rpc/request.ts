import type { MessageProperties, Received } from '../amqp/index.js';
import type { Result } from '../wire/index.js';

/** A call as it leaves: one message, sent again unchanged until it is answered. */
export interface CallRequest {
  readonly exchange: string;
  readonly routingKey: string;
  /** For people: what is called. */
  readonly name: string;
  readonly content: Buffer;
  readonly properties: MessageProperties;
  /** Reads the answer, in the dialect of the call. What it throws makes the answer a malformed one. */
  readonly read: (reply: Received) => Result;
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
