// Is killed by the messages that say so; writes down what begins and what is done: killed-worker.ts <queue> <type> <concurrency> <notes>.
import { appendFileSync } from 'node:fs';
import { type Content, Exchange, MessageProcessor, silentLogger } from 'waybill';

const [queue, type, concurrency, notes] = process.argv.slice(2) as [string, string, string, string];
const flags = { arguments: { 'x-queue-type': type } };

class KilledWorker extends MessageProcessor {
  static override readonly eqks = [[Exchange, [[{ name: queue, flags }, queue]]]] as const;
  static override readonly concurrency = Number(concurrency);
}

KilledWorker.handle('command', 'work', async ({ parameters }: Content<number>) => {
  appendFileSync(notes, `begun ${parameters}\n`);
  await new Promise((resolve) => setTimeout(resolve, 5));
  appendFileSync(notes, `done ${parameters}\n`);
});

KilledWorker.handle('command', 'kill', async ({ parameters }: Content<number>) => {
  appendFileSync(notes, `begun ${parameters}\n`);
  await new Promise((resolve) => setTimeout(resolve, 5));
  // As when the system runs out of memory: nothing is said and nothing is tidied up.
  process.kill(process.pid, 'SIGKILL');
});

const worker = await new KilledWorker({ logger: silentLogger }).start();
process.once('SIGTERM', () => void worker.drain());
