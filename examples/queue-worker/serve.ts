// The worker alone, until Ctrl-C or SIGTERM: then it finishes what runs and ends with exit code 0.
import { MicroScheduler } from 'waybill';
import { newWorker } from './worker.js';

const scheduler = new MicroScheduler();
scheduler.addMicrothread(newWorker());
await scheduler.run();
