import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** How often it is looked, in milliseconds. */
const resolution = 20;
/** For so long at least a delay stays in sight, in milliseconds: whoever reads more seldom sees all of them, too. */
const recentMs = 30_000;

/** How late the event loop is; looked at from the first time that somebody asks. */
export class LoopDelay {
  #watched: IntervalHistogram | undefined;
  #before = 0;
  #now = 0;
  #nowSince = 0;

  /** The longest delay since it was asked the last time, in milliseconds; 0 the first time. */
  get worstMs(): number {
    if (!this.#watched) {
      this.#watched = monitorEventLoopDelay({ resolution });
      this.#watched.enable();
      return 0;
    }
    const worst = Math.max(0, this.#watched.max / 1e6 - resolution);
    this.#watched.reset();
    return Math.round(worst);
  }

  /** The longest delay of the last half a minute, or a little more, in milliseconds: the same for several who ask. */
  get recentWorstMs(): number {
    if (performance.now() - this.#nowSince > recentMs) {
      [this.#before, this.#now] = [this.#now, 0];
      this.#nowSince = performance.now();
    }
    this.#now = Math.max(this.#now, this.worstMs);
    return Math.max(this.#before, this.#now);
  }

  close(): void {
    this.#watched?.disable();
    this.#watched = undefined;
  }
}
