import { once } from 'node:events';
import rascal, { type BrokerAsPromised, type MessageHandler, type Subscription } from 'rascal';
import { names } from '../../candidates/common/names.js';

/** A part of the configuration of a virtual host. */
export type Facilities = Record<'exchanges' | 'queues' | 'publications' | 'subscriptions', object>;

/** The exchange and the queue are there already. */
export const there = { assert: false, check: true };

/**
 * A channel carries one message at a time, so the pool limits how many are under way. In W2 it took 0.1 times as many as
 * the base with 1 channel, 0.3 with 10, 0.6 with 100, 0.4 with 256.
 */
const confirmPool = { min: 100, max: 100, autostart: true };

/** One connection, without Nagle's algorithm. */
export async function open(url: string, facilities: Partial<Facilities>): Promise<BrokerAsPromised> {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const vhost = decodeURIComponent(pathname.slice(1)) || '/';
  const connection = {
    slashes: true,
    protocol: protocol.slice(0, -1),
    hostname,
    port: Number(port || 5672),
    user: decodeURIComponent(username || 'guest'),
    password: decodeURIComponent(password || 'guest'),
    vhost,
    socketOptions: { noDelay: true },
  };
  const vhosts = { [vhost]: { connection, publicationChannelPools: { confirmPool }, ...facilities } };
  const broker = await rascal.BrokerAsPromised.create(rascal.withDefaultConfig({ vhosts }));
  broker.on('error', (error) => console.error(error));
  return broker;
}

/** Resolves when the broker has confirmed the message. */
export async function confirmed(
  broker: BrokerAsPromised,
  publication: string,
  body: Buffer,
  properties: object,
  routingKey: string = names.routingKey,
): Promise<void> {
  const options = { contentType: 'application/json', mandatory: false, ...properties };
  const published = await broker.publish(publication, body, { routingKey, options });
  await once(published, 'success');
}

/** Consumes; resolves when the subscription is there. */
export async function subscribe(
  broker: BrokerAsPromised,
  name: string,
  handle: MessageHandler,
): Promise<Subscription> {
  const subscription = await broker.subscribe(name, { prefetch: 100 });
  subscription.on('error', (error) => console.error(error));
  const subscribed = once(subscription, 'subscribed');
  subscription.on('message', handle);
  await subscribed;
  return subscription;
}
