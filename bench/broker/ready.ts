import { DevBroker } from '../../src/devbroker/index.js';
import { median } from '../measure/statistics.js';

const starts = 20;

/** How long a broker in this process takes until it can be connected to, in milliseconds. */
export interface ReadyTimes {
  /** The first time in the process. */
  readonly first: number;
  readonly median: number;
  readonly slowest: number;
}

export async function measureReady(): Promise<ReadyTimes> {
  const times: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const beganAt = performance.now();
    const broker = await DevBroker.start({ port: 0 });
    times.push(performance.now() - beganAt);
    await broker.close();
  }
  return { first: times[0] ?? Number.NaN, median: median(times), slowest: Math.max(...times) };
}
