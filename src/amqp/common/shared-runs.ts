/**
 * The same work for several who ask for it: one run at a time, and whoever asks while one is under way shares the next. What
 * made him ask may have happened behind the back of the present one.
 */
export class SharedRuns {
  readonly #work: () => Promise<void>;
  #present: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Ends as a run that has begun after this was asked for. */
  ask(): Promise<void> {
    if (!this.#present) return this.#begin();
    this.#next ??= this.#present.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    this.#present = this.#work().finally(() => {
      this.#present = undefined;
    });
    return this.#present;
  }
}
