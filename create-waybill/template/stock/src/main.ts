import { MicroScheduler } from 'waybill';
import { Stock } from './stock.js';

const scheduler = new MicroScheduler();
scheduler.addMicrothread(new Stock({ fingerprint: { name: 'stock' } }));
await scheduler.serve({ port: Number(process.env['HEALTH_PORT'] ?? 0), host: process.env['HEALTH_HOST'] }); // /health/live, /health/ready, /metrics
await scheduler.run(); // until SIGTERM or SIGINT; what runs is finished, within the ten seconds that Docker waits
