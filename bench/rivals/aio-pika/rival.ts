import type { Rival } from '../rival.js';

export const rival: Rival = {
  name: 'aio-pika',
  settings:
    "Debian's aio-pika on CPython and asyncio's own event loop, which switches Nagle's algorithm off (no uvloop), " +
    'connect_robust, confirms, prefetch 100, an ack for each message; calls by direct reply-to are written by hand, as in its ' +
    'tutorial: its RPC pattern has queues and envelopes of its own',
  python: { module: 'aio_pika', debianPackage: 'python3-aio-pika' },
};
