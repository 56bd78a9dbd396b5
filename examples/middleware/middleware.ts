// Three middleware around all messages of a process. Without WAYBILL_URL it brings its own broker, so nothing needs to be installed.
import { useMiddleware } from 'waybill';
import { DevBroker } from 'waybill/devbroker';
import { RpcClient, RpcWorker } from 'waybill/workers';
import { authentication } from './authentication.js';
import { asTenant, currentTenant, tenant } from './tenant.js';
import { timing } from './timing.js';

async function main(): Promise<void> {
  useMiddleware(timing((what, ms) => console.log(`${what}: ${ms.toFixed(1)} ms`)));
  useMiddleware(authentication(process.env['SHARED_SECRET'] ?? 'only for this example'));
  useMiddleware(tenant);

  await using broker = process.env['WAYBILL_URL'] ? null : await DevBroker.start({ port: 0 });
  const url = broker?.url;
  const worker = new RpcWorker({ url }, { name: 'greeter' });
  worker.route('welcomes')((name) => `Hello ${name}, of ${currentTenant()}`);
  const stop = await worker.run();
  await using client = new RpcClient({ url });
  console.log((await asTenant('the shop', () => client.call('welcomes', 'Ada'))).unwrap());
  await stop();
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
