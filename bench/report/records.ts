import { writeFileSync } from 'node:fs';
import { BASE, type Comparison } from '../measure/compare.js';

/** One line of the JSON file. Ratios are medians over the pairs, candidate to base. */
export interface BenchRecord {
  readonly workload: string;
  readonly candidate: string;
  readonly base: string;
  readonly ratio: number;
  readonly clientCpuRatio: number;
  /** Null when the broker is not ours. */
  readonly brokerCpuRatio: number | null;
  readonly p50Ratio: number;
  readonly p99Ratio: number;
  readonly pairs: number;
  readonly spread: number;
  readonly verdict: Comparison['verdict'];
}

/** Writes the comparisons as an array of records. */
export function writeRecords(path: string, comparisons: readonly Comparison[]): void {
  writeFileSync(path, `${JSON.stringify(comparisons.map(recordOf), undefined, 2)}\n`);
}

function recordOf(comparison: Comparison): BenchRecord {
  return {
    workload: comparison.workload.id,
    candidate: comparison.candidate,
    base: BASE,
    ratio: comparison.ratio,
    clientCpuRatio: comparison.clientCpuRatio,
    brokerCpuRatio: comparison.brokerCpuRatio ?? null,
    p50Ratio: comparison.p50Ratio,
    p99Ratio: comparison.p99Ratio,
    pairs: comparison.pairs.length,
    spread: comparison.spread,
    verdict: comparison.verdict,
  };
}
