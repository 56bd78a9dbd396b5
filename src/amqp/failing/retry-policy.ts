/** How often a failing message is tried again before it is given up. */
export interface RetryPolicy {
  /** How many times it runs in all, the first included. */
  readonly attempts: number;
  /** How long it rests before the second run. */
  readonly delayMs: number;
  /** Each further delay is this many times longer. @default 2 */
  readonly factor?: number;
  /** No delay is longer. @default 3,600,000: one hour */
  readonly maxDelayMs?: number;
}

/** The rest after the n-th run, in whole milliseconds: it is part of a queue's name. */
export function delayAfter(
  runs: number,
  { delayMs, factor = 2, maxDelayMs = 3_600_000 }: RetryPolicy,
): number {
  return Math.round(Math.min(maxDelayMs, delayMs * factor ** (runs - 1)));
}
