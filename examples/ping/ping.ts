// The whole conversation in one process. Without WAYBILL_URL it brings its own broker, so nothing needs to be installed.
import { Fingerprint } from 'waybill';
import { DevBroker } from 'waybill/devbroker';
import { PingReceiver } from './ping-receiver.js';
import { sendPings } from './send-pings.js';

async function main(): Promise<void> {
  await using broker = process.env['WAYBILL_URL'] ? null : await DevBroker.start({ port: 0 });
  const url = broker?.url;

  const receiver = new PingReceiver({ url, fingerprint: new Fingerprint({ name: 'ping_receiver' }) });
  await receiver.start();
  await sendPings(url);
  await receiver.drain();
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
