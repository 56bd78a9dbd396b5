/**
 * The size of the fault scenarios. `npm run test:faults` sets WAYBILL_FAULTS=full and runs them as large as they were asked
 * for, some ten minutes long. `npm test` runs them short: the same faults and the same checks on fewer messages, calls and
 * repeats, so that all of them together take two minutes.
 */
const isFull = process.env['WAYBILL_FAULTS'] === 'full';

/** What this run is to use. */
export function sized<T>(full: T, short: T): T {
  return isFull ? full : short;
}
