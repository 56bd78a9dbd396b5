import type { Rival } from '../rival.js';

export const rival: Rival = {
  name: 'cloudamqp',
  settings:
    '@cloudamqp/amqp-client, channels of an AMQPClient with noDelay set on its socket, confirms, prefetch 100; ' +
    'calls by direct reply-to are written by hand, since a session with its RPC client hides the socket',
};
