import { codeOf } from '../../common/thrown.js';

/**
 * Thrown by a handler that refuses a message on purpose: it is rejected without requeue, so it goes to the queue's
 * dead-letter exchange, or away. Nothing is logged as an error.
 */
export class RejectMessage extends Error {
  override readonly name = 'RejectMessage' as const;
  readonly code = 'REJECT_MESSAGE' as const;
}

/** True for a {@link RejectMessage}, also one from another copy of this package: the `code` decides. */
export function isRejectMessage(error: unknown): error is RejectMessage {
  return codeOf(error) === 'REJECT_MESSAGE';
}
