import { codeOf } from './thrown.js';

/** The codes of all failures; what is in it stays. What is thrown on purpose is in `control-flow.ts`. */
const codes = [
  'ALREADY_REGISTERED',
  'CALLER_GONE',
  'CANCELLED',
  'CHANNEL_CLOSED',
  'CLOSED',
  'CONFIGURATION',
  'CONNECTION_LOST',
  'CONNECT_FAILED',
  'CONTENT_MISMATCH',
  'DEADLINE',
  'DRAIN_INCOMPLETE',
  'ENCODING',
  'MALFORMED_MESSAGE',
  'MALFORMED_REPLY',
  'MESSAGE_ID_REUSED',
  'HANDLER_TIMEOUT',
  'NEVER_FINISHED',
  'NO_HANDLER',
  'OUTBOX_FULL',
  'PUBLISH_REFUSED',
  'PUBLISH_TIMEOUT',
  'REMOTE',
  'STORE_UNAVAILABLE',
  'STREAM_INTERRUPTED',
  'TAKEN_BACK',
  'TEST_BROKER_TIMEOUT',
  'TIMEOUT',
  'TOPOLOGY_REFUSED',
  'UNDECLARED_MESSAGE',
  'UNROUTABLE',
  'UNTRUSTED',
] as const;

/** The stable codes, one for each kind of failure. */
export type ErrorCode = (typeof codes)[number];

/** True for the code of some error of this package. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return codes.includes(code as ErrorCode);
}

/** The base of all errors of this package. */
export abstract class WaybillError extends Error {
  /** Which error it is. It stays the same from version to version, where texts may change. */
  abstract readonly code: ErrorCode;
}

/**
 * True for every error of this package, also one made by a second copy of it. With `code`, for that kind only.
 * @example
 * ```ts
 * import { isWaybillError } from 'waybill';
 * import { Prices } from './prices.js';
 *
 * await using prices = await Prices.connect();
 * try {
 *   await prices.with({ key: 'nobody-is-bound-here' }).message_change('stamp', 0.9);
 * } catch (error) {
 *   console.log(isWaybillError(error, 'UNROUTABLE')); // true
 * }
 * ```
 */
export function isWaybillError(error: unknown, code?: ErrorCode): error is WaybillError {
  const told = codeOf(error);
  return code === undefined ? isErrorCode(told) : told === code;
}
