/** Three to an octave: a figure is true to a quarter. */
const perOctave = 3;
/** The upper bound of the first one. */
const firstMs = 2 ** -4;
const buckets = 64;

/** How long things took, in 64 counters from a sixteenth of a millisecond to over a minute, each a quarter wider than the one before. */
export class Histogram {
  readonly #counts = new Uint32Array(buckets);
  #count = 0;

  record(ms: number): void {
    const at = ms <= firstMs ? 0 : Math.ceil(Math.log2(ms / firstMs) * perOctave);
    const index = Math.min(at, buckets - 1);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count++;
  }

  /** In so many milliseconds this share of all was done, or in less; 0 where there was nothing. */
  quantile(share: number): number {
    let left = Math.ceil(this.#count * share);
    if (left === 0) return 0;
    for (const [at, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return Number((firstMs * 2 ** (at / perOctave)).toPrecision(3));
    }
    return 0;
  }
}
