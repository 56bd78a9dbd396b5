import type { ProducerOptions } from 'waybill';

/** How the program publishes through an outage. */
export interface OutagePlan {
  readonly outbox: NonNullable<ProducerOptions['outbox']>;
  /** How long each publish may wait. */
  readonly timeoutMs: number;
  readonly perSecond: number;
  /** What is in each message. */
  readonly bodyBytes: number;
  /** How many callers wait for each of their messages; undefined: nobody waits for any. */
  readonly callers?: number;
  /** How long to publish before memory is looked at. */
  readonly warmUpMs: number;
  /** Where the numbers of the confirmed messages are written to, in the order of their confirms. */
  readonly confirmedFile: string;
}

/** What came of it. */
export interface OutageReport {
  readonly sent: number;
  /** How often a publish ended how: `confirmed`, or the code of its error. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How many were waited for at once. */
  readonly mostOpen: number;
  /** How much more memory was in use than before, after garbage collection. */
  readonly grownBytes: number;
}
