/** Messages that are handled once: the note that one was handled is in the transaction of its handler. */
export * from './door.js';
export { Once } from './once.js';
export { packed, unpacked } from './packed.js';
