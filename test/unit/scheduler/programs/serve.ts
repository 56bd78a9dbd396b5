// A program that serves and does nothing else, for serve.test.ts.
import { MicroScheduler } from '../../../../src/scheduler/index.js';

console.log((await new MicroScheduler().serve({ port: 0 })).url);
