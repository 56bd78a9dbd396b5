/**
 * Measures the embedded broker beside RabbitMQ: `npm run bench:broker -- [pairs]`. Both serve the same client, in
 * turn, each in a process of its own; RabbitMQ is the one of WAYBILL_URL or a private node. What counts is the ratio of
 * each pair, since the machine may be busy with something else. Ends with code 1 when the embedded broker is not ready in
 * 50 ms, confirms fewer messages than RabbitMQ, or lets its clients wait several times as long.
 */
import { Broker } from '../measure/broker.js';
import { median } from '../measure/statistics.js';
import { EmbeddedBroker } from './embedded-broker.js';
import { measureReady } from './ready.js';
import { type Workload, workloads } from './workloads.js';

const pairs = Number(process.argv[2] ?? 7);
const readyLimitMs = 50;

const ready = await measureReady();
const inMs = (time: number): string => `${time.toFixed(1)} ms`;
console.log(
  `Ready in process: ${inMs(ready.first)} the first time, then ${inMs(ready.median)} (median), ${inMs(ready.slowest)} at worst.`,
);
if (ready.slowest >= readyLimitMs) process.exitCode = 1;

const rabbitmq = await Broker.open();
const embedded = await EmbeddedBroker.start();
try {
  console.log(`${pairs} pairs of each; in each second so many messages of 300 bytes, or whatever it says.\n`);
  for (const workload of workloads) await compare(workload);
} finally {
  embedded.close();
  await rabbitmq[Symbol.asyncDispose]();
}

async function compare({ title, count, run, atLeast = 1 }: Workload): Promise<void> {
  const perSecond = async (url: string): Promise<number> => count / ((await run(url, count)) / 1000);
  for (const url of [embedded.url, rabbitmq.url]) await perSecond(url);
  const measured: { readonly embedded: number; readonly rabbitmq: number }[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const first = await perSecond(pair % 2 ? rabbitmq.url : embedded.url);
    const second = await perSecond(pair % 2 ? embedded.url : rabbitmq.url);
    measured.push(pair % 2 ? { rabbitmq: first, embedded: second } : { embedded: first, rabbitmq: second });
  }
  const ratios = measured.map((each) => each.embedded / each.rabbitmq);
  if (median(ratios) < atLeast) process.exitCode = 1;
  console.log(title);
  console.log(
    `  embedded ${rounded(measured.map((each) => each.embedded))}   RabbitMQ ${rounded(measured.map((each) => each.rabbitmq))}`,
  );
  console.log(
    `  embedded to RabbitMQ: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}, median ${median(ratios).toFixed(2)}\n`,
  );
}

function rounded(values: readonly number[]): string {
  return `${Math.round(median(values)).toLocaleString('en')}/s`;
}
