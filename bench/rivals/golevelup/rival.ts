import type { Rival } from '../rival.js';

export const rival: Rival = {
  name: 'golevelup',
  settings:
    '@golevelup/nestjs-rabbitmq over an amqplib 0.10 of its own, in a Nest application context, its one connection, ' +
    'noDelay, prefetch 100, bodies encoded by the bench',
};
