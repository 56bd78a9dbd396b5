import type { Workload } from '../workloads/index.js';
import { measureGrowth } from './growth.js';
import { type BenchSettings, type Measurement, runOnce } from './run-once.js';
import { median, spread } from './statistics.js';

/** A candidate that is never compared with itself: everything is measured against it. */
export const BASE = 'raw-amqplib';

/** The one that has promised a ratio; nobody else is judged by it. */
export const PROMISER = 'waybill';

/** Above this the middle half of the ratios is too far apart to say anything. */
const MAX_SPREAD = 0.2;

/** Base and candidate, one run right after the other. */
export interface Pair {
  readonly base: Measurement;
  readonly candidate: Measurement;
}

/** What all pairs of a workload say together; ratios are candidate to base, and the median of the pairs. */
export interface Comparison {
  readonly workload: Workload;
  readonly candidate: string;
  readonly pairs: readonly Pair[];
  readonly ratio: number;
  readonly clientCpuRatio: number;
  /** Undefined when the broker is not ours. */
  readonly brokerCpuRatio: number | undefined;
  readonly p50Ratio: number;
  readonly p99Ratio: number;
  /** How far apart the middle half of the pairwise ratios is, as a share of their median. */
  readonly spread: number;
  readonly verdict: 'met' | 'missed' | 'too noisy' | 'measured';
}

/** How many pairs are run: the least, and up to how many more while the machine is too noisy. */
export interface PairLimits {
  readonly least: number;
  readonly most: number;
}

/** Runs base and candidate in turn (A B A B) until the ratios agree, or the limit of pairs is reached. */
export async function compare(
  workload: Workload,
  candidate: string,
  settings: BenchSettings,
  { least, most }: PairLimits,
): Promise<Comparison> {
  const pairs: Pair[] = [];
  while (pairs.length < least || (pairs.length < most && spread(ratios(pairs)) > MAX_SPREAD)) {
    const base = await measure(workload, BASE, settings);
    pairs.push({ base, candidate: await measure(workload, candidate, settings) });
  }
  return summarize(workload, candidate, pairs);
}

/** One side of a pair. */
async function measure(workload: Workload, candidate: string, settings: BenchSettings): Promise<Measurement> {
  return workload.many
    ? await measureGrowth(workload, candidate, settings)
    : await runOnce(workload, candidate, settings);
}

function summarize(workload: Workload, candidate: string, pairs: readonly Pair[]): Comparison {
  const ratioOf = (value: (measurement: Measurement) => number): number =>
    median(pairs.map((pair) => value(pair.candidate) / value(pair.base)));
  const withBroker = pairs.every(({ base }) => base.brokerCpuSeconds !== undefined);
  const ratio = median(ratios(pairs));
  const apart = spread(ratios(pairs));
  return {
    workload,
    candidate,
    pairs,
    ratio,
    clientCpuRatio: ratioOf(({ clientCpuSeconds }) => clientCpuSeconds),
    brokerCpuRatio: withBroker ? ratioOf(({ brokerCpuSeconds }) => brokerCpuSeconds ?? 0) : undefined,
    p50Ratio: ratioOf(({ p50Ms }) => p50Ms),
    p99Ratio: ratioOf(({ p99Ms }) => p99Ms),
    spread: apart,
    verdict: apart > MAX_SPREAD ? 'too noisy' : judge(candidate, ratio, workload),
  };
}

function judge(candidate: string, ratio: number, { atLeast }: Workload): Comparison['verdict'] {
  if (candidate !== PROMISER) return 'measured';
  return ratio >= atLeast ? 'met' : 'missed';
}

function ratios(pairs: readonly Pair[]): number[] {
  return pairs.map(({ base, candidate }) => candidate.perSecond / base.perSecond);
}
