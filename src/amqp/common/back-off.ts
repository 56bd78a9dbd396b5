/** How long to wait before trying again. */
export interface BackOff {
  /** The first delay, in milliseconds. */
  readonly initialMs: number;
  /** No delay is longer, in milliseconds. */
  readonly maxMs: number;
}

/**
 * From 100 ms, doubling, to 3 s: quick after a blip, gentle on a broker that is starting, and however long it was away,
 * back within 5 s of its return.
 */
export const reconnectBackOff: BackOff = { initialMs: 100, maxMs: 3_000 };

/** The delay before attempt 1, 2, …: doubled each time, with up to 25 % of jitter so that a fleet does not come back at once. */
export function delayBefore(attempt: number, { initialMs, maxMs }: BackOff): number {
  const full = Math.min(maxMs, initialMs * 2 ** Math.min(attempt - 1, 30));
  return full * (0.75 + Math.random() * 0.25);
}
