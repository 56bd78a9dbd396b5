import type { Workload } from './workload.js';

const publish = { servers: [], inFlight: 256, atLeast: 0.9 } as const;

/** Publish with confirms to a queue; the broker is the limit here. */
export const publishBound: Workload = {
  ...publish,
  id: 'W1-bound',
  title: 'publish confirmed, to a queue',
  driver: 'publish',
  bound: true,
  count: { full: 60_000, quick: 30_000 },
  left: 'all',
};

/** Publish with confirms to an exchange without queues; this shows the client. */
export const publishUnbound: Workload = {
  ...publish,
  id: 'W1-unbound',
  title: 'publish confirmed, to nobody',
  driver: 'announce',
  bound: false,
  count: { full: 200_000, quick: 100_000 },
  left: 'none',
};
