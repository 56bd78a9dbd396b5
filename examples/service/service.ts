// A shop of four services in one process. Without WAYBILL_URL it brings its own broker, so nothing needs to be installed.
import { DevBroker } from 'waybill/devbroker';
import { OrderProducer } from './facilities.js';
import { Audit, Mail } from './listeners.js';
import { serveOrders } from './orders.js';
import { Stock } from './stock.js';

async function main(): Promise<void> {
  await using broker = process.env['WAYBILL_URL'] ? null : await DevBroker.start({ port: 0 });
  const url = broker?.url;
  const others = [new Stock({ url }), new Mail({ url }), new Audit({ url })];
  for (const each of others) await each.start();
  const serving = serveOrders(url);

  await using shop = await OrderProducer.connect({ url, fingerprint: { name: 'gateway' } });
  const { id } = (await shop.rpc_place('stamp', 20)).unwrap();
  console.log(`gateway: order ${id} is placed`);
  const refused = await shop.rpc_place('album', 3);
  if (!refused.ok) console.log(`gateway: ${refused.type} ${refused.message}`);

  await shop.command('quit');
  await serving;
  for (const each of others) await each.drain();
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
