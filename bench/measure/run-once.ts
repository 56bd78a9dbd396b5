import { one, type Scale } from '../candidates/common/scale.js';
import type { Workload } from '../workloads/index.js';
import type { Broker } from './broker.js';
import type { PartReport } from './commands.js';
import { PartProcess } from './part-process.js';

/** How the workloads are run. */
export interface BenchSettings {
  readonly broker: Broker;
  /** Where the compiled candidates are. */
  readonly compiled: string;
  readonly size: 'full' | 'quick';
  readonly bodyBytes: number;
  /** Options for the candidates' node, such as `--cpu-prof`. */
  readonly nodeOptions: readonly string[];
}

/** One run of one candidate. */
export interface Measurement {
  readonly perSecond: number;
  /** CPU seconds of all its processes for 100,000 messages or calls. */
  readonly clientCpuSeconds: number;
  /** The same of the broker; undefined when the broker is not ours. */
  readonly brokerCpuSeconds: number | undefined;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Runs a workload once, in fresh processes. Starting and warming up are not counted.
 *
 * @throws Error when the outcome is wrong: messages lost, doubled or mixed up.
 */
export async function runOnce(
  workload: Workload,
  candidate: string,
  settings: BenchSettings,
  scale: Scale = one,
): Promise<Measurement> {
  const { broker } = settings;
  const count = workload.count[settings.size];
  // Long enough for V8 to have compiled what is hot, on either side.
  const warmUp = Math.ceil(count / 2);
  await broker.prepare(workload, scale);
  const parts = await openParts(workload, candidate, settings, scale);
  try {
    const [driver] = parts as [PartProcess];
    const fill = (size: number) => (workload.filled ? broker.fill(size, settings.bodyBytes) : undefined);
    await fill(warmUp);
    await driver.run(warmUp);
    await checkConnections(workload, broker);
    await fill(count);
    await Promise.all(parts.map((part) => part.begin()));
    const brokerBefore = broker.cpuMs();
    await driver.run(count);
    const brokerAfter = broker.cpuMs();
    const reports = await Promise.all(parts.map((part) => part.report()));
    for (const part of parts) await part.close();
    check(workload, reports, await broker.clear(scale), count + warmUp);
    const brokerMs = brokerBefore === undefined ? undefined : (brokerAfter ?? 0) - brokerBefore;
    return measurement(reports, brokerMs, count);
  } finally {
    await end(parts);
  }
}

/** Servers are there before the driver starts; it comes first in the list. */
async function openParts(
  { driver, servers, inFlight }: Workload,
  candidate: string,
  { broker, compiled, bodyBytes, nodeOptions }: BenchSettings,
  scale: Scale,
): Promise<PartProcess[]> {
  const assignment = { url: broker.url, inFlight, bodyBytes, scale };
  const parts: PartProcess[] = [];
  try {
    for (const role of [...servers, driver])
      parts.unshift(await PartProcess.open(compiled, candidate, role, assignment, nodeOptions));
    return parts;
  } catch (error) {
    await end(parts);
    throw error;
  }
}

async function end(parts: readonly PartProcess[]): Promise<void> {
  for (const part of parts) await part[Symbol.asyncDispose]();
}

async function checkConnections({ connections }: Workload, broker: Broker): Promise<void> {
  if (connections === undefined) return;
  const found = await broker.connections();
  if (found !== undefined && found !== connections)
    throw new Error(`There were ${found} connections instead of ${connections}.`);
}

function check(
  { left, servers }: Workload,
  reports: readonly PartReport[],
  found: number,
  sent: number,
): void {
  const expected = left === 'all' ? sent : 0;
  if (found !== expected) throw new Error(`${found} messages were left in the queue instead of ${expected}.`);
  const handled = reports.reduce((sum, report) => sum + report.handled, 0);
  if (servers.length > 0 && handled !== sent)
    throw new Error(`The servers handled ${handled} calls; ${sent} were made.`);
}

function measurement(
  reports: readonly PartReport[],
  brokerMs: number | undefined,
  count: number,
): Measurement {
  const [{ elapsedMs, p50Ms, p99Ms }] = reports as [PartReport];
  const per100k = (cpuMs: number): number => (cpuMs / 1_000 / count) * 100_000;
  return {
    perSecond: (count / elapsedMs) * 1_000,
    clientCpuSeconds: per100k(reports.reduce((sum, { cpuMs }) => sum + cpuMs, 0)),
    brokerCpuSeconds: brokerMs === undefined ? undefined : per100k(brokerMs),
    p50Ms,
    p99Ms,
  };
}
