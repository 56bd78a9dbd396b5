// Fails on every message, and writes down each run before it does: poisoned-worker.ts <exchange> <queue> <notes>.
import { appendFileSync } from 'node:fs';
import { type Content, Exchange, MessageProcessor, silentLogger } from 'waybill';

const [exchangeName, queue, notes] = process.argv.slice(2) as [string, string, string];

class Poison extends Exchange {
  static override readonly exchangeName = exchangeName;
}

class PoisonedWorker extends MessageProcessor {
  static override readonly eqks = [[Poison, [[queue, 'key']]]] as const;
  static override readonly retry = { attempts: 4, delayMs: 50, factor: 1 };
  static override readonly concurrency = 4;
}

PoisonedWorker.handle('command', 'fail', async ({ parameters }: Content<number>) => {
  appendFileSync(notes, `${parameters}\n`);
  // Long enough to be killed in the middle of it.
  await new Promise((resolve) => setTimeout(resolve, 5));
  throw new Error('it always fails');
});

await new PoisonedWorker({ logger: silentLogger }).start();
console.log('works');
