/** Ids come from outside: only so many are remembered, the last ones. */
const mostIds = 10_000;

/** The ids of calls that are not wanted any more, each for as long as it may still come. */
export class CancelledIds {
  readonly #untilById = new Map<string, number>();

  add(id: string, forMs: number): void {
    this.#untilById.delete(id);
    this.#untilById.set(id, performance.now() + forMs);
    for (const [oldest, until] of this.#untilById) {
      if (this.#untilById.size <= mostIds && until > performance.now()) return;
      this.#untilById.delete(oldest);
    }
  }

  has(id: string): boolean {
    if (this.#untilById.size === 0) return false;
    const until = this.#untilById.get(id);
    return until !== undefined && until > performance.now();
  }
}
