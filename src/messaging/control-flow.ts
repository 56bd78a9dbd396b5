/** Thrown by a filter: this handler is skipped, the others run, and the message is acked. */
export class FilterError extends Error {
  override readonly name = 'FilterError' as const;
  readonly code = 'FILTER' as const;
}

/** Thrown by a handler: the message is acked, then the component restarts. */
export class AckAndRestart extends Error {
  override readonly name = 'AckAndRestart' as const;
  readonly code = 'ACK_AND_RESTART' as const;
}
