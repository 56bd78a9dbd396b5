import type { Rival } from '../rival.js';

const noRpc = 'it has no RPC';

export const rival: Rival = {
  name: 'amqp-connection-manager',
  settings: 'over the amqplib of the base, noDelay, confirm channels, prefetch 100',
  lacks: { call: noRpc, answer: noRpc },
};
