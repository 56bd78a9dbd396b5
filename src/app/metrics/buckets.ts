import { ConfigurationError } from '../../errors.js';

/** `count` bounds for a histogram: the first is `start`, each further one `factor` times as large; one without end is always there. */
export function exponentialBuckets(start: number, factor: number, count: number): readonly number[] {
  checkCount(count);
  if (!(start > 0)) throw new ConfigurationError(`start must be above 0, and is ${start}.`);
  if (!(factor > 1)) throw new ConfigurationError(`factor must be above 1, and is ${factor}.`);
  return Array.from({ length: count }, (_, nth) => start * factor ** nth);
}

/** `count` bounds for a histogram: the first is `start`, each further one larger by `width`; one without end is always there. */
export function linearBuckets(start: number, width: number, count: number): readonly number[] {
  checkCount(count);
  if (!(width > 0)) throw new ConfigurationError(`width must be above 0, and is ${width}.`);
  return Array.from({ length: count }, (_, nth) => start + width * nth);
}

function checkCount(count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new ConfigurationError(`count must be a whole number from 1 on, and is ${count}.`);
}
