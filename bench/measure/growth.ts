import { one } from '../candidates/common/scale.js';
import type { Workload } from '../workloads/index.js';
import { type BenchSettings, type Measurement, runOnce } from './run-once.js';

/**
 * Runs a workload with one of each and with many of something. Each figure is that with many divided by that with one: a
 * speed of 0.9 says that many handlers, or queues, cost a tenth of it.
 */
export async function measureGrowth(
  workload: Workload,
  candidate: string,
  settings: BenchSettings,
): Promise<Measurement> {
  const few = await runOnce(workload, candidate, settings);
  const many = await runOnce(workload, candidate, settings, { ...one, ...workload.many });
  const withBroker = few.brokerCpuSeconds !== undefined && many.brokerCpuSeconds !== undefined;
  return {
    perSecond: many.perSecond / few.perSecond,
    clientCpuSeconds: many.clientCpuSeconds / few.clientCpuSeconds,
    brokerCpuSeconds: withBroker ? (many.brokerCpuSeconds ?? 0) / (few.brokerCpuSeconds ?? 1) : undefined,
    p50Ms: many.p50Ms / few.p50Ms,
    p99Ms: many.p99Ms / few.p99Ms,
  };
}
