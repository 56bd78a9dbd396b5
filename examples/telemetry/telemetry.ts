// A shop of three services, and what OpenTelemetry gets to see of two orders: each one tree. Without WAYBILL_URL it brings its own broker.
import { trace } from '@opentelemetry/api';
import type { Connected } from 'waybill';
import { DevBroker } from 'waybill/devbroker';
import { Colleague, Customer, type Order, OrderDesk, Shipping, Stock } from './shop.js';
import { keepSpans, treeOf } from './tree.js';

const spans = keepSpans();
const tracer = trace.getTracer('examples/telemetry');

/** Orders, as part of a trace that begins here, as it would at an HTTP request. */
async function order(customer: Connected<typeof Customer>, what: Order): Promise<void> {
  await tracer.startActiveSpan(`POST /orders (${what.count} of ${what.item})`, async (span) => {
    await customer.message_order(what).finally(() => span.end());
  });
}

async function main(): Promise<void> {
  await using broker = process.env['WAYBILL_URL'] ? null : await DevBroker.start({ port: 0 });
  const url = broker?.url;
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  await using colleague = await Colleague.connect({ url });
  const services = [
    new OrderDesk({ url, logger: quiet }, colleague),
    new Stock({ url, logger: quiet }),
    new Shipping({ url, logger: quiet }),
  ];
  for (const service of services) await service.start();
  await using customer = await Customer.connect({ url });

  await order(customer, { item: 'teapot', count: 2 });
  await order(customer, { item: 'teapot', count: 2 }); // there is one left: tried again, and then kept in telemetry.desk.failed
  while (!spans().some(({ attributes }) => attributes['waybill.fate'] === 'parked'))
    await new Promise((resolve) => setTimeout(resolve, 20));
  for (const service of services) await service.drain();
  console.log(treeOf(spans()));
}

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
