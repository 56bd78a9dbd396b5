/** How much the memory of this process has grown while something went on, once it was warm. */
export interface Memory {
  /** @param at how far it is. */
  step(at: number): void;
  /** The most that it was above where it was when a fifth was done, in MB of resident memory. */
  readonly grownMb: number;
}

/** Watches the memory of this process over so many steps. */
export function watchMemory(steps: number): Memory {
  const rss = (): number => process.memoryUsage.rss() / 1024 / 1024;
  let warm = Number.POSITIVE_INFINITY;
  let most = 0;
  return {
    step(at) {
      if (at % 1_000 !== 0 || at < steps / 5) return;
      if (warm === Number.POSITIVE_INFINITY) warm = rss();
      most = Math.max(most, rss() - warm);
    },
    get grownMb() {
      return Math.round(most);
    },
  };
}
