import { duration, wholeNumber } from '../common/numbers.js';
import type { Cancellation } from './cancellation.js';
import type { CallRequest } from './request.js';

/** How long a call may take. */
export interface CallOptions {
  /** The budget: how long the whole call may take, with all its attempts, in milliseconds; `Infinity` for ever. */
  readonly timeoutMs: number;
  /**
   * How long each attempt waits for an answer before the call is sent again, in milliseconds; the last one waits until the budget is
   * spent. @default for ever: a call that the broker has is not sent again, since whoever has it may be slow
   */
  readonly attemptTimeoutMs?: number | undefined;
  /** How many times it is sent AGAIN, for whatever reason: 4 means five sends at most, 0 means one. */
  readonly maxRetry: number;
  /** Gives up the call; its reason is the cause of the CancelledError. */
  readonly signal?: AbortSignal | undefined;
  /** The same, of the handler that calls. */
  readonly scope?: AbortSignal | undefined;
  /** The same, by hand. */
  readonly cancellation?: Cancellation | undefined;
}

/** A server that starts needs some time. */
const shortestRestMs = 1_000;

/** How long a call that could not be delivered rests before it is sent again: an equal share of the budget where nothing was said. */
export function restMs({ timeoutMs, attemptTimeoutMs, maxRetry }: CallOptions): number {
  return attemptTimeoutMs ?? Math.max(shortestRestMs, timeoutMs / (maxRetry + 1));
}

/** Numbers come from plain JavaScript and environments, and a call must end. @throws ConfigurationError */
export function assertCallOptions({ name }: CallRequest, options: CallOptions): void {
  const { timeoutMs, attemptTimeoutMs, maxRetry } = options;
  duration(`The call '${name}': timeoutMs`, timeoutMs);
  if (attemptTimeoutMs !== undefined) duration(`The call '${name}': attemptTimeoutMs`, attemptTimeoutMs);
  wholeNumber(`The call '${name}': maxRetry`, maxRetry);
}
