/**
 * Measures Waybill beside raw amqplib: `npm run bench -- [W1 W2 ...] [--quick] [--json FILE]`. Base and candidate run in
 * turn, in fresh processes, on the broker of WAYBILL_URL or on a private RabbitMQ node. What counts is the ratio of
 * each pair: figures of different machines, or minutes, cannot be compared.
 */

import { Broker } from './measure/broker.js';
import { type Comparison, compare } from './measure/compare.js';
import { compile } from './measure/compile.js';
import { readOptions, usage } from './options.js';
import { writeRecords } from './report/records.js';
import { table } from './report/table.js';
import { selectWorkloads } from './workloads/index.js';

const CANDIDATE = 'waybill';

try {
  const comparisons = await bench();
  console.log(`\n${table(comparisons)}\n`);
  console.log('CPU: seconds for 100,000 messages or calls. Ratios: median of the pairs, waybill to base.');
  if (comparisons.some(({ verdict }) => verdict === 'missed')) process.exitCode = 2;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  console.error(usage);
  process.exitCode = 1;
}

async function bench(): Promise<readonly Comparison[]> {
  const options = readOptions(process.argv.slice(2));
  const selected = selectWorkloads(options.workloads);
  const compiled = compile();
  const broker = await Broker.open();
  const nodeOptions = options.profiles ? ['--cpu-prof', `--cpu-prof-dir=${options.profiles}`] : [];
  const settings = { ...options, broker, compiled: compiled.folder, nodeOptions };
  const comparisons: Comparison[] = [];
  try {
    for (const workload of selected) {
      console.log(`${workload.id}: ${workload.title} …`);
      comparisons.push(await compare(workload, CANDIDATE, settings, options.pairs));
    }
    if (options.json) writeRecords(options.json, comparisons);
    return comparisons;
  } finally {
    await broker[Symbol.asyncDispose]();
    compiled.remove();
  }
}
