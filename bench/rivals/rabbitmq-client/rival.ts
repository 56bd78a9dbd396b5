import type { Rival } from '../rival.js';

export const rival: Rival = {
  name: 'rabbitmq-client',
  settings: 'noDelay, Publisher with confirms, Consumer with prefetch 100, RPCClient',
};
