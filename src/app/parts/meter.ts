import type { BatchCause } from '../common/batches.js';

/** Told of what an app does, so that it can be counted. */
export interface Meter {
  /** A request begins; gives what to call at its end. @param path the template of the route */
  request(method: string, path: string): (status: number, bytes: number | undefined) => void;
  /** A batch of messages goes to its handler; gives what to call when that has ended. */
  batch(cause: BatchCause): () => void;
  /** A message was settled. */
  settled(queue: string, action: string): void;
}

const nothing = (): void => {};

/** Counts nothing. */
export const noMeter: Meter = { request: () => nothing, batch: () => nothing, settled: nothing };
