import type { Rival } from '../rival.js';

const unconfirmed = 'its events and queues do not tell when the broker has a message';

export const rival: Rival = {
  name: 'moleculer',
  settings:
    'moleculer 0.14 (0.15 asks for Node 22) with its AMQP transporter over the amqplib of the base (by an override: its ' +
    'range ends at 0.10), noDelay, prefetch 100; calls are actions of a service on another node',
  lacks: { publish: unconfirmed, announce: unconfirmed, flow: unconfirmed },
};
