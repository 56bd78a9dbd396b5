import type { Rival } from '../rival.js';

export const rival: Rival = {
  name: 'pika',
  settings:
    "Debian's pika on CPython, AsyncioConnection (as fast as SelectConnection), which switches Nagle's algorithm off, " +
    'confirms by callback, prefetch 100, an ack for each message; calls by direct reply-to are written by hand',
  python: { module: 'pika', debianPackage: 'python3-pika' },
};
