import type { Workload } from './workload.js';

/** What is in the queue, in batches of an App. */
export const batches: Workload = {
  id: 'W7',
  title: 'consume in batches',
  driver: 'batch',
  servers: [],
  bound: true,
  filled: true,
  left: 'none',
  inFlight: 1,
  count: { full: 100_000, quick: 50_000 },
  atLeast: 0.9,
};
