import { batches } from './batches.js';
import { hundredHandlers, hundredQueues, sixteenProducers, tenHandlers } from './many.js';
import { publishBound, publishUnbound } from './publish.js';
import { publishAndConsume } from './publish-and-consume.js';
import { rpcHundredAtATime, rpcOneAtATime } from './rpc.js';
import type { Workload } from './workload.js';

export type { Workload } from './workload.js';

/** All workloads, in the order in which they run. */
const workloads: readonly Workload[] = [
  publishBound,
  publishUnbound,
  publishAndConsume,
  rpcOneAtATime,
  rpcHundredAtATime,
  tenHandlers,
  hundredHandlers,
  hundredQueues,
  sixteenProducers,
  batches,
];

/**
 * The workloads whose id is, or begins with, one of `wanted`; all of them when nothing is wanted.
 *
 * @throws Error for a name that is none.
 */
export function selectWorkloads(wanted: readonly string[]): readonly Workload[] {
  const fits = ({ id }: Workload, name: string): boolean => id.toLowerCase().startsWith(name.toLowerCase());
  const unknown = wanted.filter((name) => !workloads.some((each) => fits(each, name)));
  if (unknown.length > 0) {
    const known = workloads.map(({ id }) => id).join(', ');
    throw new Error(`No workload ${unknown.join(', ')}; there are ${known}.`);
  }
  return wanted.length === 0
    ? workloads
    : workloads.filter((each) => wanted.some((name) => fits(each, name)));
}
