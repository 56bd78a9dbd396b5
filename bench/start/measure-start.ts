import { one } from '../candidates/common/scale.js';
import type { Broker } from '../measure/broker.js';
import { PartProcess } from '../measure/part-process.js';
import { publishAndConsume } from '../workloads/publish-and-consume.js';

/** How many messages make everything that is made once: pools, caches, compiled code. */
const FIRST = 20_000;
const MANY = 200_000;

const MB = 1_000_000;

/** How one process of a candidate starts, and what it holds. */
export interface Start {
  /** From the start of the process until it sends and consumes. */
  readonly readyMs: number;
  /** The whole process, before the first message. */
  readonly residentMb: number;
  /** What is alive on V8's heap: before the first message, after 20,000, and after 200,000 more. */
  readonly idleMb: number;
  readonly warmMb: number;
  readonly endMb: number;
}

/** Starts a process that sends to itself, lets it move its messages, and looks at its heap in between. */
export async function measureStart(candidate: string, broker: Broker, compiled: string): Promise<Start> {
  await broker.prepare(publishAndConsume, one);
  const assignment = { url: broker.url, inFlight: publishAndConsume.inFlight, bodyBytes: 300 };
  const beganAt = performance.now();
  await using part = await PartProcess.open(compiled, candidate, 'flow', assignment, ['--expose-gc']);
  const readyMs = performance.now() - beganAt;
  await part.begin();
  const idle = await part.report();
  const [warmMb, endMb] = [await heapAfter(part, FIRST), await heapAfter(part, MANY)];
  await part.close();
  await broker.clear(one);
  return { readyMs, residentMb: idle.residentBytes / MB, idleMb: idle.heapBytes / MB, warmMb, endMb };
}

async function heapAfter(part: PartProcess, count: number): Promise<number> {
  await part.run(count);
  return (await part.report()).heapBytes / MB;
}
