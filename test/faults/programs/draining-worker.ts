// Works until SIGTERM, and writes down all that it does: draining-worker.ts <exchange> <queue> <notes> [done].
// With `done`, it tells the queue of that name of each message before that is done. DRAIN_MS is how long it may drain.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Content,
  Exchange,
  GenericProducer,
  MessageCommand,
  MessageProcessor,
  MicroScheduler,
} from 'waybill';

const [exchangeName, queue, notes, done] = process.argv.slice(2) as [string, string, string, string?];

class Load extends Exchange {
  static override readonly exchangeName = exchangeName;
}

class DoneProducer extends GenericProducer {
  static override readonly eks = [[Load, done ?? '']] as const;

  build_message_done(number: number) {
    return new MessageCommand('done', { number });
  }
}

class DrainingWorker extends MessageProcessor {
  static override readonly eqks = [[Load, [[queue, queue]]]] as const;
  static override readonly concurrency = 8;
}

const producer = done === undefined ? undefined : await DoneProducer.connect();
DrainingWorker.handle(
  'command',
  'work',
  async ({ parameters }: Content<{ number: number; restMs: number }>) => {
    note('begin', parameters.number);
    await sleep(parameters.restMs);
    await producer?.message_done(parameters.number);
    note('end', parameters.number);
  },
);

let toldAt = 0;
process.on('SIGTERM', () => {
  toldAt = performance.now();
  note('told', 0);
});
process.on('exit', () => note('gone', Math.round(performance.now() - toldAt)));

const scheduler = new MicroScheduler({ drainTimeoutMs: Number(process.env['DRAIN_MS'] ?? 30_000) });
const worker = new DrainingWorker();
scheduler.addMicrothread(worker);
const running = scheduler.run();
while (!(await worker.health()).queues.some(({ ok }) => ok)) await sleep(10);
console.log('works');
await running;
await producer?.close();

function note(what: string, number: number): void {
  appendFileSync(notes, `${process.pid} ${what} ${number}\n`);
}
