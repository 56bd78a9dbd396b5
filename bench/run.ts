/**
 * Measures Waybill beside raw amqplib: `npm run bench -- [W1 W2 ...] [--quick] [--json FILE]`, and with `--rivals` its
 * rivals, too. Base and candidate run in turn, in fresh processes, on the broker of WAYBILL_URL or on a private RabbitMQ
 * node. What counts is the ratio of each pair: figures of different machines, or minutes, cannot be compared.
 */

import { availableParallelism, loadavg } from 'node:os';
import { Broker } from './measure/broker.js';
import { type Comparison, compare, PROMISER } from './measure/compare.js';
import { compile } from './measure/compile.js';
import { compileRivals } from './measure/compile-rivals.js';
import type { BenchSettings } from './measure/run-once.js';
import { type BenchOptions, readOptions, usage } from './options.js';
import { writeRecords } from './report/records.js';
import { table } from './report/table.js';
import { isOfNode, type Rival, reasonAgainst, selectRivals } from './rivals/index.js';
import { selectWorkloads, type Workload } from './workloads/index.js';

try {
  const comparisons = await bench();
  console.log(`\n${table(comparisons)}\n`);
  console.log('CPU: seconds for 100,000 messages or calls. Ratios: median of the pairs, candidate to base.');
  if (comparisons.some(({ verdict }) => verdict === 'missed')) process.exitCode = 2;
} catch (error) {
  console.error(said(error));
  console.error(usage);
  process.exitCode = 1;
}

async function bench(): Promise<readonly Comparison[]> {
  const options = readOptions(process.argv.slice(2));
  const selected = selectWorkloads(options.workloads);
  const rivals = selectRivals(options.rivals);
  warnOfLoad();
  const compiled = compile();
  if (rivals.some(isOfNode)) compileRivals(compiled.folder);
  const broker = await Broker.open();
  const nodeOptions = options.profiles ? ['--cpu-prof', `--cpu-prof-dir=${options.profiles}`] : [];
  const settings = { ...options, broker, compiled: compiled.folder, nodeOptions };
  const comparisons: Comparison[] = [];
  for (const { name, settings } of rivals) console.log(`${name}: ${settings}`);
  try {
    for (const workload of selected) {
      console.log(`${workload.id}: ${workload.title} …`);
      comparisons.push(await compare(workload, PROMISER, settings, options.pairs));
      comparisons.push(...(await compareRivals(workload, rivals, settings, options)));
    }
    if (options.json) writeRecords(options.json, comparisons);
    return comparisons;
  } finally {
    await broker[Symbol.asyncDispose]();
    compiled.remove();
  }
}

/** Pairs cancel out what is the same for both, but not who gets the processor. */
function warnOfLoad(): void {
  const [load = 0] = loadavg();
  if (load < availableParallelism() / 2) return;
  console.warn(
    `Something else runs here, or did a minute ago (load ${load.toFixed(1)}): what is measured now is not to be believed.`,
  );
}

/** One that cannot do it, or gets it wrong, is left out, and it is said why. */
async function compareRivals(
  workload: Workload,
  rivals: readonly Rival[],
  settings: BenchSettings,
  { pairs }: BenchOptions,
): Promise<readonly Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const rival of rivals) {
    const reason = reasonAgainst(rival, workload);
    if (reason) console.log(`  ${rival.name} is left out: ${reason}`);
    else
      try {
        console.log(`  ${rival.name} …`);
        comparisons.push(await compare(workload, rival.name, settings, pairs));
      } catch (error) {
        console.log(`  ${rival.name} has failed and is left out: ${said(error)}`);
        process.exitCode = 1;
      }
  }
  return comparisons;
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
