// Both sides in one process. Without WAYBILL_URL it brings its own broker, so nothing needs to be installed.
import { EventEmitter, on } from 'node:events';
import { DevBroker } from 'waybill/devbroker';
import { QueueProducer } from 'waybill/workers';
import type { Tasks } from './tasks.js';
import { newWorker } from './worker.js';

async function main(): Promise<void> {
  await using broker = process.env['WAYBILL_URL'] ? null : await DevBroker.start({ port: 0 });
  const url = broker?.url;

  const said = new EventEmitter<{ line: [string] }>();
  const stop = await newWorker(url, (line) => void said.emit('line', line)).run();
  const lines = on(said, 'line');
  await using producer = new QueueProducer<Tasks>({ url });
  await producer.publish('thumbnails', { path: 'broken.png', width: 100 });
  await producer.publish('thumbnails', { path: 'sea.png', width: 200 });
  await producer.publish('greetings', 'Ada'); // resolves when the broker has stored it

  for (let done = 0; done < 3; done++) console.log(...(await lines.next()).value);
  await stop(); // finishes what runs, gives the rest back
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
