/**
 * What traces cost: `npm run bench:telemetry -- [W2 W4 ...] [--pairs 9] [--profiles FOLDER]`. Waybill without an SDK of
 * OpenTelemetry beside itself with one whose sampler says no, and with one that keeps all, in turn, in fresh processes.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Broker } from '../measure/broker.js';
import { PROMISER } from '../measure/compare.js';
import { compile } from '../measure/compile.js';
import { type Measurement, runOnce } from '../measure/run-once.js';
import { median, spread } from '../measure/statistics.js';
import { readOptions } from '../options.js';
import { selectWorkloads, type Workload } from '../workloads/index.js';

const samplers = ['none', 'no', 'all'] as const;
type Sampler = (typeof samplers)[number];

const { workloads, pairs, bodyBytes, size, profiles } = readOptions(process.argv.slice(2));
const selected = selectWorkloads(workloads.length === 0 ? ['W2', 'W4'] : workloads);
const compiled = compile();
const broker = await Broker.open();
try {
  for (const workload of selected) await compareSamplers(workload);
} finally {
  await broker[Symbol.asyncDispose]();
  compiled.remove();
}

async function compareSamplers(workload: Workload): Promise<void> {
  const rounds: Record<Sampler, Measurement>[] = [];
  while (rounds.length < pairs.least) {
    const round: Partial<Record<Sampler, Measurement>> = {};
    for (const sampler of samplers) round[sampler] = await measure(workload, sampler);
    rounds.push(round as Record<Sampler, Measurement>);
  }
  for (const sampler of ['no', 'all'] as const) {
    const ratios = rounds.map((round) => round[sampler].perSecond / round.none.perSecond);
    const cpu = rounds.map((round) => round[sampler].clientCpuSeconds / round.none.clientCpuSeconds);
    console.log(
      `${workload.id} ${workload.title}, sampler ${sampler}: ${median(ratios).toFixed(2)} of the messages each second ` +
        `(${rounds.length} rounds, spread ${Math.round(spread(ratios) * 100)} %), ${median(cpu).toFixed(2)} of the CPU`,
    );
  }
}

async function measure(workload: Workload, sampler: Sampler): Promise<Measurement> {
  process.env['WAYBILL_BENCH_SAMPLER'] = sampler;
  const sdk = pathToFileURL(join(compiled.folder, 'bench/telemetry/sdk.js')).href;
  const profiled =
    profiles && sampler !== 'none' ? ['--cpu-prof', `--cpu-prof-dir=${join(profiles, sampler)}`] : [];
  const nodeOptions = [...(sampler === 'none' ? [] : ['--import', sdk]), ...profiled];
  return await runOnce(workload, PROMISER, {
    broker,
    compiled: compiled.folder,
    size,
    bodyBytes,
    nodeOptions,
  });
}
