/** Over this time a share of failures is told: what is told of a second or two would flicker. */
const windowMs = 30_000;

interface Sample {
  readonly at: number;
  readonly done: number;
  readonly failed: number;
}

/** Which share of messages failed lately, by component: from what each tells of all since it began. */
export class Recent {
  readonly #samples = new Map<string, Sample[]>();

  /** The share from 0 to 1; undefined where nothing was handled lately. @param now in milliseconds, by a clock that never goes back */
  failing(id: string, done: number, failed: number, now: number = performance.now()): number | undefined {
    const samples = this.#samples.get(id) ?? [];
    this.#samples.set(id, samples);
    const last = samples.at(-1);
    if (!last || last.done !== done || last.failed !== failed) samples.push({ at: now, done, failed });
    // The last one before the window stays: from there on is counted.
    while ((samples[1]?.at ?? now) < now - windowMs) samples.shift();
    const [first = { done, failed }] = samples;
    const handled = done - first.done;
    return handled <= 0 ? undefined : Math.min(1, Math.max(0, (failed - first.failed) / handled));
  }

  /** Forgets all but these. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#samples.keys()) if (!ids.has(id)) this.#samples.delete(id);
  }
}
