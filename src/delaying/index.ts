/** Late messages: kept back at the broker by a ladder of queues, and sent on when they are due. */
export { type DelaySettings, Due, dueOf } from './due.js';
export { Forwarder } from './forwarder.js';
export { Forwarding } from './forwarding.js';
export { dueQueue, parkedAs } from './ladder.js';
export { type Forwards, LateSender } from './late-sender.js';
export { askDue, askLevels, nobodyForwards, type ToldLevel } from './told-levels.js';
