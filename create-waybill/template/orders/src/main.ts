import { OrderEvents, StockProducer } from '@shop/contract';
import { MicroScheduler } from 'waybill';
import { Orders } from './orders.js';

const service = { fingerprint: { name: 'orders' } };
const stock = await StockProducer.connect(service);
const events = await OrderEvents.connect(service);
const scheduler = new MicroScheduler();
scheduler.addMicrothread(new Orders(service, { stock, events }));
const { url } = await scheduler.serve({
  port: Number(process.env['HEALTH_PORT'] ?? 0),
  host: process.env['HEALTH_HOST'],
});
console.log(`orders: ${url}/health/ready, /health/live and /metrics`);
await scheduler.run(); // until SIGTERM or SIGINT; what runs is finished, within the ten seconds that Docker waits
await Promise.all([events.close(), stock.close()]);
process.exit(); // what does not heed its signal would keep the process; the exit code stays
