/**
 * Thrown by a handler that refuses a message on purpose: it is rejected without requeue, so it goes to the queue's
 * dead-letter exchange, or away. Nothing is logged as an error.
 */
export class RejectMessage extends Error {
  override readonly name = 'RejectMessage' as const;
  readonly code = 'REJECT_MESSAGE' as const;
}
