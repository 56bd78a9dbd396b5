import { finiteNumber, shown, wholeNumber } from '../../common/numbers.js';
import { ConfigurationError } from '../../errors.js';

/** More would be kept for each combination of labels. */
const mostBuckets = 1_000;

/**
 * `count` bounds for a histogram: the first is `start`, above 0, each further one `factor` times as large, above 1; one without end is
 * always there. @throws ConfigurationError for other numbers, and a `count` that is not from 1 to 1,000
 */
export function exponentialBuckets(start: number, factor: number, count: number): readonly number[] {
  above(0, 'exponentialBuckets: start', start);
  above(1, 'exponentialBuckets: factor', factor);
  return bucketsOf(
    'exponentialBuckets',
    `start ${start}, factor ${factor} and count ${shown(count)}`,
    count,
    (nth) => start * factor ** nth,
  );
}

/**
 * `count` bounds for a histogram: the first is `start`, each further one larger by `width`, above 0; one without end is always there.
 * @throws ConfigurationError for other numbers, and a `count` that is not from 1 to 1,000
 */
export function linearBuckets(start: number, width: number, count: number): readonly number[] {
  above(0, 'linearBuckets: width', width);
  checkedBuckets('linearBuckets: start', [start]);
  return bucketsOf(
    'linearBuckets',
    `start ${start}, width ${width} and count ${shown(count)}`,
    count,
    (nth) => start + width * nth,
  );
}

/** The bounds of a histogram, if they can be some. @param setting whose they are, for people @throws ConfigurationError */
export function checkedBuckets(setting: string, bounds: readonly number[]): readonly number[] {
  const isList = Array.isArray(bounds) && bounds.every(Number.isFinite);
  const isGrowing = isList && bounds.every((bound, nth) => nth === 0 || bound > (bounds[nth - 1] as number));
  if (isGrowing) return bounds;
  const list = Array.isArray(bounds) ? bounds.slice(0, 20).map(shown).join(', ') : shown(bounds);
  throw new ConfigurationError(
    `${setting} must be numbers, each larger than the one before, and is ${list.slice(0, 200)}.`,
  );
}

function bucketsOf(
  owner: string,
  given: string,
  count: number,
  bound: (nth: number) => number,
): readonly number[] {
  const length = wholeNumber(`${owner}: count`, count, { min: 1, max: mostBuckets });
  return checkedBuckets(
    `${owner}: what comes of ${given}`,
    Array.from({ length }, (_, nth) => bound(nth)),
  );
}

function above(limit: number, setting: string, value: number): void {
  finiteNumber(setting, value, { min: limit });
  if (value === limit) throw new ConfigurationError(`${setting} must be above ${limit} and is ${value}.`);
}
