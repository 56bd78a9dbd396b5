import type { Workload } from './workload.js';

/** From the producer's call to the handler, in one process. */
export const publishAndConsume: Workload = {
  id: 'W2',
  title: 'publish and consume',
  driver: 'flow',
  servers: [],
  bound: true,
  left: 'none',
  inFlight: 256,
  count: { full: 80_000, quick: 40_000 },
  atLeast: 0.9,
};
