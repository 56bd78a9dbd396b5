import { ConfigurationError } from '../errors.js';

/** What a number may be, both ends included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/**
 * The value, if it is a whole number within the bounds. Numbers come from environments and plain JavaScript, so they are
 * looked at where they are given: later they would be a consumer that takes nothing, or a timer that never rests.
 *
 * @param setting whose it is and what it is called, for people: `Desk: concurrency`.
 * @throws ConfigurationError
 */
export function wholeNumber(setting: string, value: unknown, { min = 0, max }: Partial<Bounds> = {}): number {
  if (Number.isSafeInteger(value) && isWithin(value as number, { min, max: max ?? Infinity }))
    return value as number;
  throw unusable(setting, `a whole number ${range(min, max)}`, value);
}

/** The value, if it is a finite number within the bounds; fractions are. @throws ConfigurationError */
export function finiteNumber(
  setting: string,
  value: unknown,
  { min = 0, max }: Partial<Bounds> = {},
): number {
  if (Number.isFinite(value) && isWithin(value as number, { min, max: max ?? Infinity }))
    return value as number;
  throw unusable(setting, `a number ${range(min, max)}`, value);
}

/**
 * The value, if it is a time in milliseconds within the bounds. Without a `max` it may be of any length, and `Infinity`.
 * @throws ConfigurationError
 */
export function duration(
  setting: string,
  value: unknown,
  { min = 0, max = Infinity }: Partial<Bounds> = {},
): number {
  if (typeof value === 'number' && isWithin(value, { min, max })) return value;
  const limits = max === Infinity ? `${range(min)}, or Infinity,` : range(min, max);
  throw unusable(setting, `a number of milliseconds ${limits}`, value);
}

function isWithin(value: number, { min, max }: Bounds): boolean {
  return value >= min && value <= max;
}

function range(min: number, max?: number): string {
  return max === undefined ? `from ${grouped(min)} on` : `from ${grouped(min)} to ${grouped(max)}`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

function unusable(setting: string, allowed: string, value: unknown): ConfigurationError {
  // The common way to get one: Number(process.env.X) where X is not set.
  const hint = Number.isNaN(value) ? ' Is it made from an environment variable that is not set?' : '';
  return new ConfigurationError(`${setting} must be ${allowed} and is ${shown(value)}.${hint}`);
}

/** For people: a text in quotes, so that '10' is seen to be none of the numbers, and never more than a few words. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `the text '${value.slice(0, 40)}'`;
  if (typeof value === 'bigint') return `the bigint ${String(value).slice(0, 40)}`;
  if (typeof value === 'number' || value === null || value === undefined) return String(value);
  return `of type ${typeof value}`;
}
