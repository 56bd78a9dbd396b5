/** Messages that are handled once: the note that one was handled is in the transaction of its handler. */
export * from './door.js';
export { Once } from './once.js';
export { Outage } from './outage.js';
export { type KeptMessage, keptMessage, type OutboxSettings, onPut, putInOutbox } from './outbox.js';
export { packed, unpacked } from './packed.js';
