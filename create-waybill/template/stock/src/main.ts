import { MicroScheduler } from 'waybill';
import { Stock } from './stock.js';

const scheduler = new MicroScheduler();
scheduler.addMicrothread(new Stock({ fingerprint: { name: 'stock' } }));
await scheduler.run(); // until SIGTERM or SIGINT; what runs is finished, within the ten seconds that Docker waits
