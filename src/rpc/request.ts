import type { MessageProperties, Received } from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { duration, wholeNumber } from '../common/numbers.js';
import { isWaybillError } from '../errors.js';
import { malformedResult, type Result } from '../wire/index.js';

/** The header that tells which attempt of a call this is; left out for the first. */
export const attemptHeader = 'x-waybill-attempt';

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

/** Reads a reply; what cannot be read is a malformed answer. */
export function readReply<Answer>(reply: Received, request: CallRequest): Result<Answer> {
  try {
    const result = request.read(reply) as Result<Answer>;
    if (!result.ok && isWaybillError(result.error, 'REMOTE')) nameCall(result, request);
    return result;
  } catch (thrown) {
    return malformedResult(reply.content.toString('latin1', 0, 200), thrown);
  }
}

/** The error of an answer says which call it is of, and who has answered where that is told: it may be thrown far from here. */
function nameCall({ error, body }: FailedResult, { name }: CallRequest): void {
  const { name: component } = body.fingerprint;
  const who = typeof component === 'string' ? ` of ${cut(component)}` : '';
  error.message = `${error.message} (the answer${who} to the call '${cut(name)}')`.trimStart();
}

type FailedResult = Exclude<Result, { readonly ok: true }>;

/** How long a call may take. */
export interface CallOptions {
  /** How long each attempt waits for an answer, in milliseconds; `Infinity` for ever. */
  readonly timeoutMs: number;
  /** How many times it is sent AGAIN, for whatever reason: 4 means five sends at most, 0 means one. */
  readonly maxRetry: number;
  /** Ends the wait at once; the request stays where it is. */
  readonly signal?: AbortSignal | undefined;
}

/** Numbers come from plain JavaScript and environments, and a call must end. @throws ConfigurationError */
export function assertCallOptions({ name }: CallRequest, { timeoutMs, maxRetry }: CallOptions): void {
  duration(`The call '${name}': timeoutMs`, timeoutMs);
  wholeNumber(`The call '${name}': maxRetry`, maxRetry);
}
