const beatMs = 1_000;

/** Notices that the process has stood still: something blocked its event loop, or it was stopped. */
export class LoopWatch {
  #timer: NodeJS.Timeout | undefined;
  #beatAt = 0;
  #last = { ms: 0, endedAt: Number.NEGATIVE_INFINITY };

  /** It keeps no process alive. */
  start(): void {
    this.#beatAt = performance.now();
    this.#timer ??= setInterval(() => this.#beat(), beatMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** For how long it stood still, in milliseconds, where it went on less than `withinMs` ago; else 0. */
  stoodStill(withinMs: number): number {
    if (this.#timer) this.#beat();
    return performance.now() - this.#last.endedAt <= withinMs ? this.#last.ms : 0;
  }

  #beat(): void {
    const now = performance.now();
    const ms = now - this.#beatAt;
    if (ms >= 2 * beatMs) this.#last = { ms, endedAt: now };
    this.#beatAt = now;
  }
}
