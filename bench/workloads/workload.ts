import type { Scale } from '../candidates/common/scale.js';
import type { Role } from '../candidates/part.js';

/** What is measured. */
export interface Workload {
  /** Selects it on the command line; a part of it will do. */
  readonly id: string;
  readonly title: string;
  /** The program that makes the load and measures it. */
  readonly driver: Role;
  /** Programs that run beside it, in processes of their own. */
  readonly servers: readonly Role[];
  /** Whether the exchange leads to a queue. */
  readonly bound: boolean;
  /** What must be in the queue at the end: everything, or nothing. */
  readonly left: 'all' | 'none';
  /** How many messages or calls are under way at once. */
  readonly inFlight: number;
  /** How many messages or calls are measured in one run. */
  readonly count: { readonly full: number; readonly quick: number };
  /** So many of something: what is compared is then how the speed changes from one of it to so many. */
  readonly many?: Partial<Scale>;
  /** How many connections the driver may have; not looked at when left out. */
  readonly connections?: number;
  /** The messages are in the queue before the driver begins. */
  readonly filled?: boolean;
  /** The ratio to the base that Waybill promises. */
  readonly atLeast: number;
}
