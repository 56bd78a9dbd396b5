import type fc from 'fast-check';

/** How long each fuzzer runs: seconds in a normal run, a minute by `npm run test:fuzz`. */
export const budgetMs: number = Number(process.env['WAYBILL_FUZZ_MS'] ?? 2_000);

/** A run is repeated by the seed that a failure prints. */
const seed = process.env['WAYBILL_SEED'];

/** Runs until the time is over. A failure found before that is made small as far as the time allows. */
export const untilTimeIsOver: fc.Parameters<unknown> = {
  numRuns: 10_000_000,
  interruptAfterTimeLimit: budgetMs,
  markInterruptAsFailure: false,
  ...(seed === undefined ? {} : { seed: Number(seed) }),
};
