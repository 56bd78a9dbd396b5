import { wholeNumber } from '../common/numbers.js';
import type { CallOptions } from './call-options.js';

/** How a stream is read. Its times are those of its request: how long it may take until a server has begun it. */
export interface StreamOptions extends CallOptions {
  /** How many items may be on their way, or wait here. */
  readonly window: number;
}

/** What is on its way where nobody has said it: enough for a fast reader, and not much where items are large. */
const usualWindow = 256;
/** A server sends no reader more than this ahead. */
const largestWindow = 10_000;

/** How many items a reader takes ahead. @throws ConfigurationError */
export function windowOf(owner: string, window: number = usualWindow): number {
  return wholeNumber(`${owner}: window`, window, { min: 1, max: largestWindow });
}
