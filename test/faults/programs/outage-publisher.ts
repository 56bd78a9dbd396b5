// Publishes at a steady rate until SIGUSR2, and then tells how each promise was settled and what memory it took:
// outage-publisher.ts <exchange> <key> <plan as JSON>. What was confirmed is written to the file of the plan.
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Exchange, GenericProducer, isWaybillError, MessageCommand, silentLogger } from 'waybill';
import type { OutagePlan, OutageReport } from '../outage-plan.js';

const [exchangeName, key, json] = process.argv.slice(2) as [string, string, string];
const plan: OutagePlan = JSON.parse(json);

class Rush extends Exchange {
  static override readonly exchangeName = exchangeName;
}

class RushProducer extends GenericProducer {
  static override readonly eks = [[Rush, key]] as const;

  build_message_count(number: number) {
    return new MessageCommand('count', { number, filling: 'x'.repeat(plan.bodyBytes) });
  }
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

let told = false;
process.once('SIGUSR2', () => {
  told = true;
});

const { outbox, timeoutMs } = plan;
const producer = (await RushProducer.connect({ outbox, logger: silentLogger })).with({ timeoutMs });
const outcomes: Record<string, number> = {};
const confirmed: number[] = [];
let [sent, open, mostOpen] = [0, 0, 0];

async function publish(): Promise<void> {
  const number = sent++;
  mostOpen = Math.max(mostOpen, ++open);
  const outcome = await producer.message_count(number).then(
    () => 'confirmed',
    (thrown: unknown) => (isWaybillError(thrown) ? thrown.code : String(thrown)),
  );
  open--;
  if (outcome === 'confirmed') confirmed.push(number);
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}

/** Nobody waits: each tick sends what is due. */
async function rush(): Promise<void> {
  const start = performance.now();
  while (!told) {
    const due = ((performance.now() - start) / 1_000) * plan.perSecond;
    while (sent < due) void publish();
    await sleep(5);
  }
}

/** Each caller waits for his last message before he sends the next one, and all together keep to the rate. */
async function callOnAndOn(callers: number): Promise<void> {
  const caller = async (): Promise<void> => {
    while (!told) await Promise.all([publish(), sleep((callers / plan.perSecond) * 1_000)]);
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

function memory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

let [before, most] = [0, 0];
const sampling = (async () => {
  await sleep(plan.warmUpMs);
  before = memory();
  console.log('warm');
  while (!told) {
    most = Math.max(most, memory());
    await sleep(1_000);
  }
})();
await (plan.callers === undefined ? rush() : callOnAndOn(plan.callers));
await sampling;
while (open > 0) await sleep(10);
await producer.close();
writeFileSync(plan.confirmedFile, JSON.stringify(confirmed));
const report: OutageReport = { sent, outcomes, mostOpen, grownBytes: most - before };
console.log(`report ${JSON.stringify(report)}`);
