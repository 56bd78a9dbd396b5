import type { Load, LoadedConsumer } from './load.js';

const MEGABYTE = 1_000_000;

const unlimited: LoadedConsumer = { prefetch: 0, acking: 'none' };
const oneByOne: LoadedConsumer = { prefetch: 1, acking: 'single' };

function sizes(count: number, size: number): number[] {
  return new Array<number>(count).fill(size);
}

/** One large body, at once followed by small ones. */
const largeAndSmall = [1.5 * MEGABYTE, ...sizes(20, 10)];

/** Inputs that once made deliveries stop for ever: more than 1 MiB leaves in one turn (case P-0). */
export const namedLoads: Readonly<Record<string, Load>> = {
  '20,000 bodies of 5 bytes, no acks': {
    sizes: sizes(20_000, 5),
    consumers: [unlimited],
    apart: 'not',
    publishFirst: true,
  },
  '20 bodies of 2 MB, no acks': {
    sizes: sizes(20, 2 * MEGABYTE),
    consumers: [unlimited],
    apart: 'not',
    publishFirst: true,
  },
  '20 bodies of 2 MB for a consumer that is there before them': {
    sizes: sizes(20, 2 * MEGABYTE),
    consumers: [unlimited],
    apart: 'not',
    publishFirst: false,
  },
  'prefetch 2,000 and acks for 2,000 at a time, bodies of 1 kB': {
    sizes: sizes(20_000, 1_000),
    consumers: [{ prefetch: 2_000, acking: { batchesOf: 2_000 } }],
    apart: 'not',
    publishFirst: true,
  },
  'a body of 1.5 MB beside small ones, two consumers on one channel': {
    sizes: largeAndSmall,
    consumers: [oneByOne, oneByOne],
    apart: 'not',
    publishFirst: false,
  },
  'a body of 1.5 MB beside small ones, two channels on one connection': {
    sizes: largeAndSmall,
    consumers: [oneByOne, oneByOne],
    apart: 'channel',
    publishFirst: false,
  },
  'a body of 1.5 MB beside small ones, two connections': {
    sizes: largeAndSmall,
    consumers: [oneByOne, oneByOne],
    apart: 'connection',
    publishFirst: false,
  },
};
