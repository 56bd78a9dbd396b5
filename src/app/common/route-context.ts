/** What a handler may know beside what it handles: always its last argument. */
export interface RouteContext {
  /** A signal that is aborted when the app does not wait for the handler any longer. */
  readonly signal: AbortSignal;
}
