/** How one connection is. `unused`: no component has needed it yet, which is no fault. */
export interface ConnectionHealth {
  /** `up` while the connection is open, `down` while it is dialled, or dialled again; `closed` for good. */
  readonly state: 'unused' | 'up' | 'down' | 'closed';
  /** Why the broker takes no messages on the connection now; undefined when it does. */
  readonly blocked?: string;
  /** True when the broker did not answer on the connection in time, or not any more, though that seems to be up. */
  readonly silent?: boolean;
  /** The last error of the connection, also when it was mended since. */
  readonly lastError?: string;
  /** When that was, as `2026-11-27T07:12:53.000Z`. */
  readonly lastErrorAt?: string;
}
