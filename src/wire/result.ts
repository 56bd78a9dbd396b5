import { originalOf } from '../common/message-errors.js';
import { brand, isBranded } from '../common/shared-by-copies.js';
import {
  ConfigurationError,
  isWaybillError,
  MalformedReplyError,
  RemoteError,
  toError,
  type WaybillError,
} from '../errors.js';
import { isRecord } from './body.js';
import type { ErrorHop } from './error-origin.js';
import { type Body, Envelope } from './message.js';
import { sendable } from './plain.js';
import { remoteError } from './remote-details.js';

/** The kinds of answer, as they stand in `content.type` on the wire. */
export type ResultType = 'success' | 'error' | 'exception';

/** What an answer carries. */
export interface ResultContent<Value = unknown> {
  /** Whether the handler did its work, said that it could not, or threw. */
  readonly type: ResultType;
  /** What it answered; null where it could not, the name of the class where it threw. */
  readonly value: Value;
  /** A text beside the value; the error's where there is one. */
  readonly message: string;
}

/**
 * What a call ends with: look at `ok` (or `type`), then at `value` or `message`; or `unwrap()` to have the value or
 * a thrown error.
 * @example
 * ```ts
 * import { Prices } from './prices.js';
 *
 * await using prices = await Prices.connect();
 * const result = await prices.rpc_price('stamp', 0); // its handler throws a RangeError
 * if (result.ok) console.log(result.value.toFixed(2));
 * else console.log(result.error.code, result.message); // REMOTE no pieces
 * ```
 */
export type Result<Value = unknown> = MessageResult<Value> | MessageResultError | MessageResultException;

abstract class Answer<Value> extends Envelope<ResultContent<Value>> {
  abstract readonly ok: boolean;
  abstract readonly error: WaybillError | undefined;

  constructor(content: ResultContent<Value>) {
    super({ type: 'result', name: 'none', category: 'message', content });
  }

  /** The value that the handler answered. */
  get value(): Value {
    return this.body.content.value;
  }

  /** A text beside the value; what went wrong, where something did. */
  get message(): string {
    return this.body.content.message;
  }

  /**
   * What the handler has thrown, where it is of that class, which both sides have registered (`registerError`):
   * `result.errorAs(SoldOut)?.left`. It is what `unwrap()` would throw. Undefined for all else, and where nothing went wrong.
   */
  errorAs<E extends Error>(Class: abstract new (...given: never[]) => E): E | undefined {
    const reason = this.error && (originalOf(this.error) ?? this.error);
    return reason instanceof Class ? reason : undefined;
  }
}

brand(Answer, 'Result');

/** True for a result, made by any copy of this package. */
export function isResult(value: unknown): value is Result {
  return isBranded(value, 'Result');
}

/** The answer of a handler that did its work. */
export class MessageResult<Value = unknown> extends Answer<Value> {
  readonly ok = true as const;
  readonly type = 'success' as const;
  /** Undefined, as nothing went wrong. */
  readonly error = undefined;

  /** @param value `undefined` is sent as null: JSON would leave it out, and the answer would have no value */
  constructor(value: Value, message = '') {
    super({ type: 'success', value: (sendable(value) ?? null) as Value, message });
  }

  /** Gives the value. */
  unwrap(): Value {
    return this.value;
  }
}

/** The answer of a handler that could not do what was asked, and says so. Its `value` is null. */
export class MessageResultError extends Answer<null> {
  readonly ok = false as const;
  readonly type = 'error' as const;
  /** The answer as an error that can be thrown. */
  readonly error: WaybillError;

  constructor(message: string, error: WaybillError = new RemoteError(message)) {
    super({ type: 'error', value: null, message });
    this.error = error;
  }

  /**
   * Throws, since there is no value.
   * @throws RemoteError with the message; MalformedReplyError where the answer could not be read.
   */
  unwrap(): never {
    throw this.error;
  }
}

/** The answer when something was thrown: at the other end (`RemoteError`), or by the call itself (`TimeoutError`, …). */
export class MessageResultException extends Answer<string> {
  readonly ok = false as const;
  readonly type = 'exception' as const;
  /** The true reason, as an error that can be thrown. */
  readonly error: WaybillError;

  /** @param name the class name of what was thrown, for example `RangeError`; it becomes the `value`. */
  constructor(name: string, message = '', error: WaybillError = new RemoteError(message, { name })) {
    super({ type: 'exception', value: name, message });
    this.error = error;
  }

  /**
   * Throws, since there is no value.
   * @throws the true reason: an error of the handler's class where that is registered (`registerError`), else RemoteError; TimeoutError,
   * UnroutableError, ConnectionLostError, CancelledError.
   */
  unwrap(): never {
    throw originalOf(this.error) ?? this.error;
  }
}

/** The answer for a call that ended here, not at the other end. */
export function failedResult(error: WaybillError): MessageResultException {
  return new MessageResultException(error.name, error.message, error);
}

/** The answer for a call that could not be made, whatever was thrown. */
export function failedCall(thrown: unknown): MessageResultException {
  if (isWaybillError(thrown)) return failedResult(thrown);
  const error = toError(thrown);
  const text = `The call could not be made: ${error.message}`;
  return failedResult(new ConfigurationError(text, { cause: error }));
}

/**
 * Reads an answer. What is no answer becomes a {@link MessageResultError} whose message begins with `Malformed reply`
 * and whose `error` is a MalformedReplyError; nothing is thrown.
 * @param hops whom its error has passed, see {@link readHops}
 */
export function readResult<Value>(decoded: unknown, hops: readonly ErrorHop[] = []): Result<Value> {
  const body = isRecord(decoded) ? decoded : {};
  const result = rebuilt<Value>(body, hops) ?? malformedResult(body['content'] ?? decoded);
  const { fingerprint, _reserved } = body;
  Object.assign(result.body, {
    ...(isRecord(fingerprint) && { fingerprint }),
    ...(isRecord(_reserved) && { _reserved }),
  } satisfies Partial<Body>);
  return result;
}

/** The answer of a handler that did its work, as it came: nothing of it is looked at. */
export function receivedResult<Value>(value: Value, message = ''): MessageResult<Value> {
  const result = new MessageResult(null as Value, message);
  const content: ResultContent<Value> = { type: 'success', value, message };
  Object.assign(result.body, { content } satisfies Partial<Body>);
  return result;
}

/** Makes the answer for a reply that cannot be read. */
export function malformedResult(what: unknown, cause?: unknown): MessageResultError {
  const why = cause instanceof Error ? `(${excerpt(cause.message)}) ` : '';
  const message = `Malformed reply ${why}${excerpt(what)}`;
  return new MessageResultError(message, new MalformedReplyError(message, { cause }));
}

function rebuilt<Value>(
  { content, _reserved }: Record<string, unknown>,
  hops: readonly ErrorHop[],
): Result<Value> | undefined {
  if (!isRecord(content) || !('value' in content) || typeof content['message'] !== 'string') return undefined;
  const { type, value, message } = content;
  if (type === 'success') return receivedResult(value as Value, message);
  const details = isRecord(_reserved) ? _reserved['error'] : undefined;
  if (type === 'error') return new MessageResultError(message, plainError(message, details));
  if (type !== 'exception') return undefined;
  const name = excerpt(value);
  return new MessageResultException(name, message, remoteError(name, message, details, hops));
}

/** An error without a class, which may have a code. */
function plainError(message: string, details: unknown): RemoteError {
  const code = isRecord(details) ? details['code'] : undefined;
  return new RemoteError(message, typeof code === 'string' ? { code: excerpt(code) } : {});
}

function excerpt(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
