import type { Rival } from '../rival.js';

export const rival: Rival = {
  name: 'nest',
  settings:
    '@nestjs/microservices, RMQ transport over the amqplib of the base and amqp-connection-manager, noDelay, persistent, ' +
    'prefetch 100, noAck: false with acks by hand; envelopes of its own, as long as those of the base',
};
