// A program that runs a scheduler, for run.test.ts. The argument says how it behaves.
import { createInterface } from 'node:readline';
import { ExitScheduler, MicroScheduler, MicroThread } from '../../../../src/scheduler/index.js';

class Receiver extends MicroThread {
  override step(): Promise<void> {
    return new Promise(() => {});
  }

  override async drain(): Promise<void> {
    console.log('draining');
    if (process.argv[2] === 'stubborn') await new Promise(() => {});
    if (process.argv[2] === 'patient') await lineFromStdin();
    console.log('drained');
  }
}

class NoBroker extends Receiver {
  override async create(): Promise<void> {
    throw Object.assign(new Error('No broker at amqp://127.0.0.1:1: connection refused.'), {
      code: 'CONNECT_FAILED',
    });
  }

  override async drain(): Promise<void> {}
}

class Mistaken extends Receiver {
  override step(): Promise<void> {
    throw new TypeError('nobody foresaw this');
  }
}

class Quitter extends Receiver {
  override async step(): Promise<void> {
    throw new ExitScheduler();
  }
}

const threads: Record<string, () => MicroThread> = {
  'no-broker': () => new NoBroker(),
  mistaken: () => new Mistaken(),
  quitter: () => new Quitter(),
  'quitter-exit': () => new Quitter(),
};

const kind = process.argv[2] ?? '';
const scheduler = new MicroScheduler();
if (kind !== 'empty') scheduler.addMicrothread(threads[kind]?.() ?? new Receiver());
setImmediate(() => console.log('ready'));
// Fires only if something else keeps the process alive.
setTimeout(() => console.log('still here'), 50).unref();
// Something else is open in this one, as in a program with a server.
if (kind === 'quitter-exit') setInterval(() => {}, 1_000_000);
const report = await scheduler.run(kind === 'quitter-exit' ? { exit: true } : {});
console.log(`report ${JSON.stringify(report)} ${process.listenerCount('SIGTERM')}`);

async function lineFromStdin(): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  await new Promise((resolve) => lines.once('line', resolve));
  lines.close();
}
