import { changeProperties, type MessageProperties, type Outgoing } from '../amqp/index.js';
import { deadlineHeaders, expirationAfter } from './deadline.js';
import { attemptHeader, type CallRequest } from './request.js';
import { asksForStream } from './stream-frame.js';

/** How the answers of a call find it. */
export interface ReplyAddress {
  readonly id: string;
  readonly replyTo: string;
}

/** Which attempt of a call it is, and how long it may take. */
export interface AttemptTimes {
  /** From 1. */
  readonly attempt: number;
  /** How long the attempt waits for its answer. */
  readonly waitMs: number;
  /** How long the call waits, all attempts together. */
  readonly remainingMs: number;
}

/** One attempt of a call as it leaves: the request, with where its answer goes and how long that is waited for. */
export function attemptOf(
  { exchange, routingKey, content, properties }: CallRequest,
  { id, replyTo }: ReplyAddress,
  { attempt, waitMs, remainingMs }: AttemptTimes,
): Outgoing {
  const addressed = changeProperties(properties, {
    messageId: id,
    correlationId: id,
    replyTo,
    expiration: expirationAfter(waitMs),
    headers: headersOf(properties.headers, attempt, remainingMs),
  });
  return { exchange, routingKey, content, mandatory: true, properties: addressed };
}

function headersOf(given: Headers | undefined, attempt: number, remainingMs: number): Headers | undefined {
  // It waits for the stream to begin, and then as long as that lasts.
  const deadline = asksForStream(given) ? undefined : deadlineHeaders(remainingMs);
  // n.b. most calls are sent once and have no headers of their own. Others are assigned, since to spread costs Node 20 microseconds.
  if (!given && attempt === 1) return deadline;
  return Object.assign({}, given, deadline, attempt > 1 ? { [attemptHeader]: attempt } : undefined);
}

type Headers = NonNullable<MessageProperties['headers']>;
