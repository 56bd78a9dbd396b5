import { type Comparison, type Pair, PROMISER } from '../measure/compare.js';
import type { Measurement } from '../measure/run-once.js';
import { median } from '../measure/statistics.js';
import type { Workload } from '../workloads/index.js';

type Side = keyof Pair;

interface Column {
  readonly title: string;
  cell(comparison: Comparison): string;
}

const columns: readonly Column[] = [
  { title: 'workload', cell: ({ workload }) => `${workload.id} ${workload.title}` },
  { title: 'candidate', cell: ({ candidate }) => candidate },
  { title: 'pairs', cell: ({ pairs }) => String(pairs.length) },
  { title: 'base/s', cell: (each) => whole(middle(each, 'base', perSecond)) },
  { title: 'its/s', cell: (each) => whole(middle(each, 'candidate', perSecond)) },
  { title: 'ratio', cell: ({ ratio }) => ratio.toFixed(2) },
  { title: 'spread', cell: ({ spread }) => `${Math.round(spread * 100)} %` },
  { title: 'client CPU', cell: (each) => change(each, clientCpu, each.clientCpuRatio) },
  { title: 'broker CPU', cell: (each) => change(each, brokerCpu, each.brokerCpuRatio) },
  { title: 'p50 ms', cell: (each) => change(each, ({ p50Ms }) => p50Ms, each.p50Ratio) },
  { title: 'p99 ms', cell: (each) => change(each, ({ p99Ms }) => p99Ms, each.p99Ratio) },
  {
    title: 'wanted',
    cell: ({ candidate, workload, verdict }) => `${wanted(candidate, workload)} ${verdict}`,
  },
];

/** All comparisons, as a table for people. CPU is in seconds for 100,000 messages or calls. */
export function table(comparisons: readonly Comparison[]): string {
  const rows = [
    columns.map(({ title }) => title),
    ...comparisons.map((each) => columns.map(({ cell }) => cell(each))),
  ];
  const widths = columns.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ');
  return rows.map(line).join('\n');
}

function wanted(candidate: string, { atLeast }: Workload): string {
  return candidate === PROMISER ? atLeast.toFixed(2) : '–';
}

function change(
  comparison: Comparison,
  value: (measurement: Measurement) => number | undefined,
  ratio: number | undefined,
): string {
  if (ratio === undefined) return '–';
  const [from, to] = (['base', 'candidate'] as const).map((side) =>
    middle(comparison, side, value).toFixed(2),
  );
  return `${from} → ${to} (x${ratio.toFixed(2)})`;
}

function middle(
  { pairs }: Comparison,
  side: Side,
  value: (measurement: Measurement) => number | undefined,
): number {
  return median(pairs.map((pair) => value(pair[side]) ?? 0));
}

function perSecond({ perSecond }: Measurement): number {
  return perSecond;
}

function clientCpu({ clientCpuSeconds }: Measurement): number {
  return clientCpuSeconds;
}

function brokerCpu({ brokerCpuSeconds }: Measurement): number | undefined {
  return brokerCpuSeconds;
}

/** n.b. how a speed changes is a small number. */
function whole(value: number): string {
  return value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en-US');
}
