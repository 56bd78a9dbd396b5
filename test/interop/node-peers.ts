import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import { Connection } from 'rabbitmq-client';
import rascal, { type BrokerAsPromised } from 'rascal';

const require = createRequire(import.meta.url);

/** What of amqp-connection-manager, whose own types our strict settings refuse, our test of a move uses. */
interface Manager {
  createChannel(options: { json: boolean; setup(channel: ConfirmChannel): Promise<void> }): {
    consume(queue: string, take: (message: ConsumeMessage) => void): Promise<unknown>;
    sendToQueue(queue: string, body: object, options: object): Promise<boolean>;
    ack(message: ConsumeMessage): void;
    waitForConnect(): Promise<void>;
    close(): Promise<void>;
  };
  close(): Promise<void>;
}

/** A component of somebody who uses another client: it takes JSON from a durable queue, and sends some to it. */
export interface Peer extends AsyncDisposable {
  /** Resolves when the broker has confirmed it. */
  send(body: object): Promise<void>;
}

/** Begins to take from the queue, which it declares as its documentation does. */
export type OpenPeer = (url: string, queue: string, take: (body: unknown) => unknown) => Promise<Peer>;

export const peers: Readonly<Record<string, OpenPeer>> = {
  'amqp-connection-manager': async (url, queue, take) => {
    const { connect } = require('amqp-connection-manager') as { connect(urls: string[]): Manager };
    const connection = connect([url]);
    const channel = connection.createChannel({
      json: true,
      setup: async (raw) => {
        await raw.assertQueue(queue, { durable: true });
        await raw.prefetch(1);
      },
    });
    await channel.consume(queue, (message) => {
      take(JSON.parse(message.content.toString()));
      channel.ack(message);
    });
    await channel.waitForConnect();
    return {
      send: async (body) => void (await channel.sendToQueue(queue, body, { persistent: true })),
      [Symbol.asyncDispose]: async () => {
        await channel.close();
        await connection.close();
      },
    };
  },

  'rabbitmq-client': async (url, queue, take) => {
    const rabbit = new Connection(url);
    const options = { queue, queueOptions: { durable: true }, qos: { prefetchCount: 1 } };
    const consumer = rabbit.createConsumer(options, ({ body }) => void take(body));
    await once(consumer, 'ready');
    const publisher = rabbit.createPublisher({ confirm: true });
    return {
      send: (body) => publisher.send({ routingKey: queue, durable: true }, body),
      [Symbol.asyncDispose]: async () => {
        await publisher.close();
        await consumer.close();
        await rabbit.close();
      },
    };
  },

  rascal: async (url, queue, take) => {
    const config = {
      vhosts: {
        '/': {
          connection: url,
          queues: [queue],
          publications: { out: { queue } },
          subscriptions: { in: { queue, prefetch: 1 } },
        },
      },
    };
    const broker: BrokerAsPromised = await rascal.BrokerAsPromised.create(rascal.withDefaultConfig(config));
    broker.on('error', () => {});
    const subscription = await broker.subscribe('in');
    subscription.on('message', (_message, content: unknown, ackOrNack: () => void) => {
      take(content);
      ackOrNack();
    });
    return {
      send: async (body) => void (await once(await broker.publish('out', body), 'success')),
      [Symbol.asyncDispose]: () => broker.shutdown(),
    };
  },
};
