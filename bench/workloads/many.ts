import type { Workload } from './workload.js';

const many = {
  driver: 'spread',
  servers: [],
  bound: true,
  left: 'none',
  inFlight: 256,
  count: { full: 40_000, quick: 20_000 },
  connections: 2,
} as const;

/** Messages of so many names, in turn. */
export const tenHandlers: Workload = {
  ...many,
  id: 'W6-handlers-10',
  title: 'from 1 handler to 10',
  many: { handlers: 10 },
  atLeast: 0.95,
};
export const hundredHandlers: Workload = {
  ...many,
  id: 'W6-handlers-100',
  title: 'from 1 handler to 100',
  many: { handlers: 100 },
  atLeast: 0.95,
};

/** Messages to so many queues of one processor, in turn. */
export const hundredQueues: Workload = {
  ...many,
  id: 'W6-queues-100',
  title: 'from 1 queue to 100',
  many: { queues: 100 },
  atLeast: 0.9,
};

/** Messages from so many producers of one process, in turn: they share a connection. */
export const sixteenProducers: Workload = {
  ...many,
  id: 'W6-producers-16',
  title: 'from 1 producer to 16',
  many: { producers: 16 },
  atLeast: 0.9,
};
