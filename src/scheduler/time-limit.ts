/** A timer asked to wait longer than this fires at once (Node.js: `TIMEOUT_MAX`). */
export const LONGEST_TIMER_MS: number = 2 ** 31 - 1;

/** Settles as `work` does; if that takes longer than `limitMs`, as `late` does. */
export async function within<T>(work: Promise<T>, limitMs: number, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.min(limitMs, LONGEST_TIMER_MS));
  });
  try {
    return await Promise.race([work, limit.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}
