import { QueueWorker } from 'waybill/workers';
import type { Tasks } from './tasks.js';

/** A worker with two routes: one function for each queue. */
export function newWorker(url?: string, say: (line: string) => void = console.log): QueueWorker<Tasks> {
  const worker = new QueueWorker<Tasks>(
    { url },
    { name: 'pictures', prefetch: 10, retry: { attempts: 3, delayMs: 100 } },
  );

  let isFirstAttempt = true;
  worker.route('thumbnails', { concurrency: 2 })(async ({ path, width }) => {
    if (path === 'broken.png' && isFirstAttempt) {
      isFirstAttempt = false;
      throw new Error(`${path} is not there yet`); // tried again in 100 ms
    }
    say(`${path} is now ${width} wide`);
  });

  worker.route('greetings')((name) => say(`Hello ${name}!`));

  return worker;
}
