// Fifty components in one process.
import { Exchange, MessageProcessor } from 'waybill';

const [url, process = '0', count = '50'] = globalThis.process.argv.slice(2);
class Work extends Exchange {
  static override readonly exchangeName = 'work';
}

for (let at = 0; at < Number(count); at++) {
  const name = `Desk${process}-${at}`;
  class Desk extends MessageProcessor {}
  const queue = { name, flags: { durable: true } };
  await new Desk({
    url,
    eqks: [[Work, [[queue, name]]]],
    fingerprint: { name },
    network: { joinAfterMs: 0 },
  }).start();
}
console.log('ready');
