/** Lets somebody wait until nothing is busy any more. */
export class Idle {
  readonly #busy: () => number;
  readonly #waiting = new Set<() => void>();

  /** @param busy how much is left to do. */
  constructor(busy: () => number) {
    this.#busy = busy;
  }

  async wait(): Promise<void> {
    while (this.#busy() > 0) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** To be called whenever there may be less to do. */
  check(): void {
    if (this.#waiting.size === 0 || this.#busy() > 0) return;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
