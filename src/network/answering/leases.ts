import { leaseMs, usualReportMs } from '../common/reporting.js';

const leastReportMs = 1_000;
const mostReportMs = 60_000;
const mostLeases = 100;

/** Has something done every so often while somebody wants it: as often as the most eager one does. */
export class Leases {
  readonly #report: () => void;
  readonly #fresh = new Map<string, { readonly everyMs: number; readonly until: number }>();
  #reportedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(report: () => void) {
    this.#report = report;
  }

  /** Somebody wants it, from now on and for {@link leaseMs}. */
  take(watcher: string, everyMs: unknown): void {
    if (!this.#fresh.has(watcher) && this.#fresh.size >= mostLeases) return;
    const wanted = typeof everyMs === 'number' && everyMs > 0 ? everyMs : usualReportMs;
    const bounded = Math.min(Math.max(wanted, leastReportMs), mostReportMs);
    this.#fresh.set(watcher, { everyMs: bounded, until: performance.now() + leaseMs });
    this.#plan();
  }

  /** Somebody wants it no more. */
  end(watcher: string): void {
    this.#fresh.delete(watcher);
    this.#plan();
  }

  close(): void {
    this.#fresh.clear();
    clearTimeout(this.#timer);
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    for (const [watcher, { until }] of this.#fresh) if (until < now) this.#fresh.delete(watcher);
    if (this.#fresh.size === 0) return;
    const everyMs = Math.min(...[...this.#fresh.values()].map((each) => each.everyMs));
    // From the last one on: whoever asks again and again must not put the next one off.
    const dueMs = Math.max(0, this.#reportedAt + everyMs - now);
    this.#timer = setTimeout(() => {
      this.#reportedAt = performance.now();
      this.#report();
      this.#plan();
    }, dueMs).unref();
  }
}
