import { WaybillError } from './waybill-error.js';

/** Why a handler is told to stop, or nothing is sent from it any more. Imported from `errors.ts`. */

/**
 * Thrown when a handler calls, or sends with `withinDeadline`, and whoever waits for the handler does not wait any more: nothing was
 * sent.
 *
 * What to do: nothing, most often: what would be done is for nobody. Use `detached` for what must be done nevertheless.
 */
export class DeadlineError extends WaybillError {
  override readonly name = 'DeadlineError' as const;
  readonly code = 'DEADLINE' as const;
}

/**
 * The reason of `context.signal` when whoever has called is gone, process or connection: nobody takes the answer.
 *
 * What to do: stop the work, unless it is worth doing for its own sake. `abortWhenCallerGone: false` (`static` on a processor) does not ask.
 */
export class CallerGoneError extends WaybillError {
  override readonly name = 'CallerGoneError' as const;
  readonly code = 'CALLER_GONE' as const;
}

/**
 * The reason of `context.signal` when the broker has taken a message back while its handler ran, since that took longer than
 * the broker's `consumer_timeout` (RabbitMQ docs, Consumers, "Delivery Acknowledgement Timeout").
 *
 * What to do: stop the work: it is done again elsewhere. Make it shorter, or raise the `consumer_timeout` of the broker or the queue.
 */
export class TakenBackError extends WaybillError {
  override readonly name = 'TakenBackError' as const;
  readonly code = 'TAKEN_BACK' as const;
}

/**
 * Thrown when the caller gave up a call or a publish, by its `AbortSignal`, `cancel()` or the end of the handler that has called;
 * `cause` is the reason. Where it runs it is the reason of `context.signal`.
 *
 * What to do: nothing: it was wanted. A message may still have been sent, and a call may have run.
 */
export class CancelledError extends WaybillError {
  override readonly name = 'CancelledError' as const;
  readonly code = 'CANCELLED' as const;
}
