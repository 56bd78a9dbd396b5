/** How one connection is. `unused`: nobody has needed it yet, which is no fault. */
export interface ConnectionHealth {
  readonly state: 'unused' | 'up' | 'down' | 'closed';
  /** Why the broker takes no messages on it now; undefined when it does. */
  readonly blocked?: string;
  /** True when the broker did not answer on it in time, or not any more, though it seems to be up. */
  readonly silent?: boolean;
  /** What went wrong last, also when it was mended since. */
  readonly lastError?: string;
}
