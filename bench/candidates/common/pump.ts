/** Tells that a job is done, or why it failed. */
export type Done = (error?: unknown) => void;

/**
 * Keeps `inFlight` jobs under way until `count` are done, and gives how long each took in milliseconds. All candidates
 * are driven by it.
 *
 * @throws what the first job that failed gave to its `done`.
 */
export function pump(
  count: number,
  inFlight: number,
  start: (index: number, done: Done) => void,
): Promise<Float64Array> {
  const tookMs = new Float64Array(count);
  let started = 0;
  let finished = 0;
  return new Promise((resolve, reject) => {
    const startNext = (): void => {
      const index = started++;
      const beganAt = performance.now();
      start(index, (error) => {
        if (error) return reject(error);
        tookMs[index] = performance.now() - beganAt;
        if (++finished === count) resolve(tookMs);
        else if (started < count) startNext();
      });
    };
    while (started < Math.min(inFlight, count)) startNext();
  });
}
