/**
 * A number that a message tells, `NaN` for what is none. What comes may be an object with a `toString` of its own, at which
 * `Number` throws.
 */
export function toldNumber(told: unknown): number {
  return typeof told === 'number' || typeof told === 'string' || typeof told === 'bigint'
    ? Number(told)
    : Number.NaN;
}
