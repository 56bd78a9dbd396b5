import { type Delivery, isHopeless, nextMessageId, type Received } from '../amqp/index.js';
import { isWaybillError, MalformedReplyError, toError } from '../errors.js';
import type { Answer, AnsweredCall, AnswerWriter } from '../rpc/index.js';
import {
  type Encoder,
  type ErrorHop,
  type ErrorTeller,
  encodingOf,
  isRecord,
  MessageResultException,
  type Result,
  readHops,
  receivedResult,
  remoteError,
  type ToldRemotely,
} from '../wire/index.js';
import { wrapData } from './dialect.js';

/**
 * Writes `{ success, data }` and `{ success, error }` with the properties of the original: of type
 * `result` whatever the handler did, of type `error` where it could not be run or its answer not be written.
 */
export class OutcomeWriter implements AnswerWriter {
  readonly #encoder: Encoder;
  readonly #teller: ErrorTeller;

  /** @param teller tells of errors; their stack is `trace`. */
  constructor(encoder: Encoder, teller: ErrorTeller) {
    this.#encoder = encoder;
    this.#teller = teller;
  }

  write(given: unknown, call: Delivery): Answer {
    return this.#answer('result', success(given), call);
  }

  writeThrown(thrown: unknown, call: AnsweredCall): Answer {
    const error = toError(thrown);
    const wasRun = !isHopeless(error) && !isWaybillError(error, 'ENCODING');
    const told = this.#teller.tell(error, call, nextMessageId);
    const { content, properties } = this.#answer(wasRun ? 'result' : 'error', failureBody(told), call);
    return { content, properties: { ...properties, headers: told.headers } };
  }

  #answer(type: string, body: object, { properties }: Pick<Delivery, 'properties'>): Answer {
    const deliveryMode = properties.deliveryMode as number | undefined;
    return {
      content: this.#encoder.encode(body),
      properties: {
        ...encodingOf(this.#encoder),
        ...(deliveryMode !== undefined && { deliveryMode }),
        timestamp: Math.floor(Date.now() / 1_000),
        type,
      },
    };
  }
}

/** Reads such an answer, also one of Python's. @throws MalformedReplyError for anything else */
export function outcomeReader(encoder: Encoder): (reply: Received) => Result {
  return ({ content, properties }) => {
    const body = encoder.decode(content);
    if (isRecord(body) && body['success'] === true) return receivedResult(body['data'] ?? null);
    if (isRecord(body) && body['success'] === false && isRecord(body['error']))
      return failure(body['error'], readHops(properties.headers));
    throw new MalformedReplyError("The answer has no 'success' with 'data' or 'error'.");
  };
}

function failureBody({ name, message, details = {} }: ToldRemotely): object {
  const { stack, ...others } = details;
  const told = { type: name, message: representation(name, message), args: [message] };
  return { success: false, error: { ...told, ...(stack !== undefined && { trace: stack }), ...others } };
}

function success(data: unknown): object {
  return { success: true, ...wrapData(data) };
}

/** `ValueError('no')`: what Python's repr() gives for an exception, since that is what stands there. */
function representation(name: string, message: string): string {
  if (message === '') return `${name}()`;
  const quote = message.includes("'") && !message.includes('"') ? '"' : "'";
  const text = JSON.stringify(message).slice(1, -1).replaceAll('\\"', '"');
  return `${name}(${quote}${quote === "'" ? text.replaceAll("'", "\\'") : text}${quote})`;
}

/** The first of `args` is what the exception was made with; `message` names its class again. */
function failure(error: Record<string, unknown>, hops: readonly ErrorHop[]): MessageResultException {
  const { type, message, args, trace } = error;
  const [first] = Array.isArray(args) ? args : [];
  const text = typeof first === 'string' ? first : String(message ?? '');
  const name = String(type ?? 'Error');
  return new MessageResultException(name, text, remoteError(name, text, { ...error, stack: trace }, hops));
}
