import type { LogFields } from '../../logger.js';
import type { Outgoing } from '../frames/outgoing.js';
import type { Watched } from '../frames/watched.js';

/** How a delivery was settled. */
export type Settled = 'acked' | 'rejected' | 'given back';

/** Follows what becomes of a delivery, to tell of it elsewhere. Nothing of it may throw. */
export interface DeliveryWatch {
  /** By which it is found there, for the log. */
  readonly fields: LogFields;
  /** A copy of it leaves: to be tried again, or parked. */
  copying(copy: Outgoing, why: 'retried' | 'parked'): Watched;
  /** An answer leaves, where it is a call. @param error what it tells, where it is one of a failure */
  answered(error?: unknown): void;
  /** It was handled before, and is not handled again. */
  repeated(): void;
  settled(how: Settled): void;
}
