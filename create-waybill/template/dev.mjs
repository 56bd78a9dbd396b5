// All of the shop on this machine, with a broker of its own and a customer, until Ctrl+C. With WAYBILL_URL on that broker instead.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { OrderProducer } from '@shop/contract';
import { silentLogger } from 'waybill';
import { DevBroker } from 'waybill/devbroker';

const broker = process.env['WAYBILL_URL'] ? undefined : await DevBroker.start({ port: 0 });
const url = broker?.url ?? process.env['WAYBILL_URL'];
const services = ['stock', 'orders'].map((name) =>
  spawn(process.execPath, [`${name}/dist/src/main.js`], {
    env: { ...process.env, WAYBILL_URL: url },
    stdio: 'inherit',
  }),
);
const ended = Promise.all(services.map((each) => once(each, 'exit')));

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    stopping.abort();
    for (const each of services) each.kill('SIGTERM');
  });

console.log(`The broker is at ${url}`);
const customer = await OrderProducer.connect({
  url,
  fingerprint: { name: 'customer' },
  logger: silentLogger,
});
for (let pieces = 1; !stopping.signal.aborted; pieces = (pieces % 30) + 1) {
  const placed = await customer.with({ signal: stopping.signal }).rpc_place('stamp', pieces);
  if (!placed.ok && !stopping.signal.aborted) console.log(`no order: ${placed.message}`);
  await sleep(1_000, undefined, { signal: stopping.signal }).catch(() => {});
}
await customer.close();
await ended;
await broker?.close();
