// A component for restart.test.ts. It tells its process id with each step; `slow` works until SIGUSR2.
import { once } from 'node:events';
import { Exchange, MessageProcessor, MicroScheduler } from 'waybill';

const [exchange, queue, key] = process.argv.slice(2) as [string, string, string];
const released = once(process, 'SIGUSR2');

class TestExchange extends Exchange {
  static override readonly exchangeName = exchange;
}

class Restarting extends MessageProcessor {
  static override readonly eqks = [[TestExchange, [[queue, key]]]] as const;
  static override readonly concurrency = 2;

  override async create(): Promise<void> {
    await super.create();
    say('started');
  }
}

Restarting.handle('command', 'slow', async () => {
  say('works');
  await released;
  say('has finished');
});

function say(what: string): void {
  console.log(`${process.pid} ${what}`);
}

const scheduler = new MicroScheduler();
scheduler.addMicrothread(new Restarting());
const { reason } = await scheduler.run();
say(`ended: ${reason}`);
