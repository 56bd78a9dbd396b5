// One terminal of two: waits for pings until Ctrl-C, SIGTERM or the command `quit`.
import { Fingerprint, MicroScheduler } from 'waybill';
import { PingReceiver } from './ping-receiver.js';

async function receivePings(): Promise<void> {
  const scheduler = new MicroScheduler();
  scheduler.addMicrothread(new PingReceiver({ fingerprint: new Fingerprint({ name: 'ping_receiver' }) }));
  await scheduler.run();
}

await receivePings().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
