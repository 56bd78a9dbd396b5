import type { Workload } from './workload.js';

const rpc = { driver: 'call', servers: ['answer'], bound: true, left: 'none', atLeast: 0.9 } as const;

/** Calls one after the other: what one call costs. */
export const rpcOneAtATime: Workload = {
  ...rpc,
  id: 'W3',
  title: 'RPC, one at a time',
  inFlight: 1,
  count: { full: 16_000, quick: 8_000 },
};

/** Calls side by side. */
export const rpcHundredAtATime: Workload = {
  ...rpc,
  id: 'W4',
  title: 'RPC, 100 at a time',
  inFlight: 100,
  count: { full: 60_000, quick: 30_000 },
};
