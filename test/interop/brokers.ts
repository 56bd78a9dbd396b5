import { DevBroker } from '../../src/devbroker/index.js';
import { brokerUrl, type Owner } from '../support/broker.js';

/** The same is asked of both, so that a fault of a Python program is not taken for one of the embedded broker. */
export const brokers = ['embedded broker', 'RabbitMQ'] as const;

/** The address of one of them; the embedded one is closed with `owner`. */
export async function urlOf(broker: (typeof brokers)[number], owner: Owner): Promise<string> {
  if (broker === 'RabbitMQ') return brokerUrl();
  const embedded = await DevBroker.start({ port: 0 });
  owner.after(() => embedded.close());
  return embedded.url;
}
