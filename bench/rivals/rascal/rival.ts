import type { Rival } from '../rival.js';

export const rival: Rival = {
  name: 'rascal',
  settings:
    'over the amqplib of the base, noDelay, its defaults but for prefetch 100, not mandatory, and a pool of 100 confirm ' +
    'channels from the start; calls by its reply queues, matched by hand',
};
