import { MicroScheduler } from 'waybill';
import { Stock } from './stock.js';

const scheduler = new MicroScheduler();
scheduler.addMicrothread(new Stock({ fingerprint: { name: 'stock' } }));
const { url } = await scheduler.serve({
  port: Number(process.env['HEALTH_PORT'] ?? 0),
  host: process.env['HEALTH_HOST'],
});
console.log(`stock: ${url}/health/ready, /health/live and /metrics`);
await scheduler.run(); // until SIGTERM or SIGINT; what runs is finished, within the ten seconds that Docker waits
process.exit(); // what does not heed its signal would keep the process; the exit code stays
