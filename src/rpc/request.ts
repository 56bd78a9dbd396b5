import type { MessageProperties, Outgoing, Received, Watched } from '../amqp/index.js';
import { cut } from '../common/foreign-text.js';
import { isWaybillError, UntrustedError } from '../errors.js';
import { failedCall, failedResult, malformedResult, type Result } from '../wire/index.js';

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
  /**
   * Reads the answer, in the dialect of the call; undefined for a part of one, of which more is to come. What it throws makes the answer a
   * malformed one.
   */
  readonly read: (reply: Received) => Result | undefined;
  /** Signs each attempt as it leaves; left out where nobody does. */
  readonly leaving?: ((message: Outgoing) => Outgoing) | undefined;
  /**
   * Looks whether an answer may be believed, before anything of it is read; left out where nobody does. Gives who has answered; undefined
   * where it is believed without. @throws UntrustedError
   */
  readonly examine?: ((reply: Received) => string | undefined) | undefined;
  /** Follows each attempt; left out where nobody does. */
  readonly watch?: ((message: Outgoing, attempt: number) => Watched) | undefined;
}

/** The call, with each of its attempts followed. n.b. by name: a spread with one key more costs Node 20 microseconds. */
export function watchedCall(
  { exchange, routingKey, name, content, properties, read, leaving, examine }: CallRequest,
  watch: CallRequest['watch'],
): CallRequest {
  return { exchange, routingKey, name, content, properties, read, leaving, examine, watch };
}

/** Reads a reply; what cannot be read is a malformed answer. Undefined where it is but a part of one. */
export function readReply<Answer>(reply: Received, request: CallRequest): Result<Answer> | undefined {
  let from: string | undefined;
  try {
    from = request.examine?.(reply);
  } catch (thrown) {
    return failedCall(thrown);
  }
  try {
    const result = request.read(reply) as Result<Answer> | undefined;
    if (!result) return undefined;
    // What the body says must not be what the signature does not.
    if (from !== undefined && isOfAnother(result, from))
      return failedResult(new UntrustedError('another name', `The answer to the call '${request.name}'`));
    if (!result.ok && isWaybillError(result.error, 'REMOTE')) nameCall(result, request);
    return result;
  } catch (thrown) {
    return malformedResult(reply.content.toString('latin1', 0, 200), thrown);
  }
}

function isOfAnother({ body }: Result, from: string): boolean {
  const told: unknown = body.fingerprint?.['name'];
  return told !== undefined && told !== from;
}

/** The error of an answer says which call it is of, and who has answered where that is told: it may be thrown far from here. */
function nameCall({ error, body }: FailedResult, { name }: CallRequest): void {
  const { name: component } = body.fingerprint;
  const who = typeof component === 'string' ? ` of ${cut(component)}` : '';
  error.message = `${error.message} (the answer${who} to the call '${cut(name)}')`.trimStart();
}

type FailedResult = Exclude<Result, { readonly ok: true }>;
