// Sends what waits in an outbox: once-relay.ts <where>.
import { OutboxRelay, silentLogger } from 'waybill';
import { openStore } from '../../support/databases/open-store.js';

const [where] = process.argv.slice(2) as [string];
const { store } = openStore(where);
const relay = await new OutboxRelay({
  store,
  everyMs: 20,
  logger: silentLogger,
  heartbeatSeconds: 2,
}).start();
process.once('SIGTERM', () => void relay.drain().then(() => process.exit(0)));
console.log('works');
