/** Follows the messages of one run from being sent to being handled: each must arrive once. */
export class Arrivals {
  /** Resolves with how long each was under way, in milliseconds, when all have arrived. */
  readonly all: Promise<Float64Array>;
  readonly #sentAt: Float64Array;
  readonly #tookMs: Float64Array;
  #missing: number;
  #resolve!: (tookMs: Float64Array) => void;
  #reject!: (error: Error) => void;

  constructor(count: number) {
    this.#missing = count;
    this.#sentAt = new Float64Array(count);
    this.#tookMs = new Float64Array(count);
    this.all = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  sent(index: number): void {
    this.#sentAt[index] = performance.now();
  }

  arrived(index: number): void {
    const sentAt = this.#sentAt[index];
    if (!sentAt) this.#reject(new Error(`Message ${index} came, and was never sent.`));
    else if (this.#tookMs[index]) this.#reject(new Error(`Message ${index} came twice.`));
    else {
      this.#tookMs[index] = performance.now() - sentAt;
      if (--this.#missing === 0) this.#resolve(this.#tookMs);
    }
  }
}
