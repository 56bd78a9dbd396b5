// One process of a candidate: `child.js <its folder> <role> <assignment>`, led by its parent through messages.
import type { Part, Program } from '../candidates/part.js';
import type { Answer, Command, PartReport } from './commands.js';
import { percentile } from './statistics.js';

const [folder, role, assignment = ''] = process.argv.slice(2);

let part: Part;
let cpu: NodeJS.CpuUsage;
let elapsedMs = 0;
let tookMs: Float64Array = new Float64Array(0);

process.on('disconnect', () => process.exit());
process.on('message', (command: Command) => void answer(() => obey(command)));
await answer(async () => {
  const program = (await import(`../${folder}/${role}.js`)) as Program;
  part = await program.open(JSON.parse(assignment));
  return undefined;
});

async function answer(work: () => Promise<PartReport | undefined>): Promise<void> {
  let message: Answer;
  try {
    const report = await work();
    message = report ? { report } : {};
  } catch (thrown) {
    message = { error: thrown instanceof Error ? String(thrown.stack) : String(thrown) };
  }
  process.send?.(message);
}

async function obey(command: Command): Promise<PartReport | undefined> {
  if (command.ask === 'begin') cpu = process.cpuUsage();
  if (command.ask === 'report') return report();
  if (command.ask === 'run') await run(command.count);
  if (command.ask === 'close') await part.close();
  return undefined;
}

async function run(count: number): Promise<void> {
  const beganAt = performance.now();
  tookMs = (await part.run?.(count)) ?? tookMs;
  elapsedMs = performance.now() - beganAt;
}

function memory(): Pick<PartReport, 'residentBytes' | 'heapBytes'> {
  globalThis.gc?.();
  const { rss: residentBytes, heapUsed: heapBytes } = process.memoryUsage();
  return { residentBytes, heapBytes };
}

function report(): PartReport {
  const { user, system } = process.cpuUsage(cpu);
  const sorted = tookMs.slice().sort();
  return {
    cpuMs: (user + system) / 1_000,
    elapsedMs,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    handled: part.handled ?? 0,
    ...memory(),
  };
}
