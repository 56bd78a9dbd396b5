// A shop and its customers in one process. Without WAYBILL_URL it brings its own broker, so nothing needs to be installed.
import { EventEmitter, once } from 'node:events';
import { Connection } from 'waybill/channel';
import { DevBroker } from 'waybill/devbroker';
import { newShop } from './shop.js';
import { startSupplier } from './supplier.js';

/** An app takes from queues that somebody else declares; here that is us. */
async function declareQueue(url: string | undefined): Promise<void> {
  await using connection = await Connection.open({ url });
  const channel = await connection.channel();
  await channel.queue.declare('orders');
}

async function main(): Promise<void> {
  await using broker = process.env['WAYBILL_URL'] ? null : await DevBroker.start({ port: 0 });
  await declareQueue(broker?.url);
  await using supplier = await startSupplier();

  const said = new EventEmitter();
  const shop = newShop(broker?.url, supplier.url, (line) => {
    console.log(line);
    said.emit(line.split(' ')[0] ?? '');
  });
  const told = ['A', 'Orders'].map((word) => once(said, word));
  await shop.start(); // as a service: await shop.run(), until SIGINT or SIGTERM

  for (const id of [1, 2, 3]) {
    const body = JSON.stringify({ id, article: 'stamp', pieces: id * 10 });
    const { status } = await fetch(`${shop.http.url}/orders`, { method: 'POST', body });
    console.log(`Order ${id}: ${status}`);
  }
  await Promise.all(told);

  for (const path of ['/orders/2', '/orders/7', '/health/ready']) {
    const response = await fetch(`${shop.http.url}${path}`);
    console.log(path, response.status, path.startsWith('/orders') ? await response.text() : '');
  }
  const metrics = await (await fetch(`${shop.http.url}/metrics`)).text();
  console.log(/^asyncworker_amqp_processed_messages.*$/m.exec(metrics)?.[0]);

  await shop.close(); // finishes what runs, gives half a batch back, runs the hooks, closes
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
