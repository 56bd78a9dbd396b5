import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Content, Exchange, type Logger, MessageProcessor } from 'waybill';
import { AmqpConnection, App } from 'waybill/app';
import { Connection } from 'waybill/channel';
import { HandlersRegistry, MessageConsumerRegistry, RabbitConsumerFactory } from 'waybill/registry';
import { QueueWorker, RpcWorker } from 'waybill/workers';
import { sizedValue } from '../../support/raw-headers.js';
import { command } from '../../support/stage/envelopes.js';

/** Where a component under test is to work. */
export interface Post {
  readonly url: string;
  readonly queue: string;
  readonly logger: Logger;
  /** Takes the number of a good message; throws for anything else, as a handler would. */
  readonly take: (data: unknown) => void;
}

/** A component of one style, with one queue. */
export interface Style {
  readonly name: string;
  /** Starts it; it is closed after the test. Gives what ends it in good order. */
  start(t: TestContext, post: Post): Promise<() => Promise<unknown>>;
  /** The body of a good message. */
  body(number: number): Buffer;
  /** True where it declares its queue otherwise than plainly durable. */
  readonly declares?: true;
  /** A header without which it is none. */
  readonly header?: { readonly name: string; readonly value: Uint8Array };
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const processor: Style = {
  name: 'MessageProcessor',
  body: (number) => json(command('work', number)),
  async start(t, { url, queue, logger, take }) {
    class Desk extends MessageProcessor {
      static override readonly retry = { attempts: 2, delayMs: 20 };
    }
    Desk.handle('command', 'work', ({ parameters }: Content) => take(parameters));
    const desk = new Desk({ url, logger, eqks: [[Exchange, [[queue, queue]]]] });
    t.after(() => desk.close());
    await desk.start();
    return () => desk.drain();
  },
};

const queueWorker: Style = {
  name: 'QueueWorker',
  body: (number) => gzipSync(json({ data: number })),
  async start(t, { url, queue, logger, take }) {
    const worker = new QueueWorker({ url, logger }, { retry: { attempts: 2, delayMs: 20 } });
    worker.route(queue)((data: unknown) => take(data));
    t.after(() => worker.close());
    await worker.run();
    return () => worker.drain();
  },
};

const rpcWorker: Style = {
  name: 'RpcWorker',
  declares: true,
  body: (number) => gzipSync(json({ data: number })),
  async start(t, { url, queue, logger, take }) {
    const worker = new RpcWorker({ url, logger });
    worker.route(queue)((data: unknown) => take(data));
    t.after(() => worker.close());
    await worker.run();
    return () => worker.drain();
  },
};

/** What the messages of the registry are. */
class Work {
  number = 0;
}

const registry: Style = {
  name: 'RabbitConsumer',
  header: { name: 'task_name', value: sizedValue('S', Buffer.from('work')) },
  body: (number) => json({ number }),
  async start(t, { url, queue, logger, take }) {
    const handlers = new HandlersRegistry({ logger });
    handlers.register('work', Work)(({ number }) => take(number));
    const factory = new RabbitConsumerFactory({ url, logger });
    const consumers = new MessageConsumerRegistry(handlers, factory);
    t.after(() => factory.closeConnection({ timeoutMs: 0 }).catch(() => {}));
    await consumers.register(queue, 'task_name');
    return () => consumers.disconnectConsumers();
  },
};

const app: Style = {
  name: 'App',
  body: (number) => json(number),
  async start(t, { url, queue, logger, take }) {
    const made = new App({ connections: [new AmqpConnection({ url })], logger });
    made.amqp.consume(queue, { bulkSize: 1 })((messages) => {
      for (const { body } of messages) take(body);
    });
    t.after(() => made.close().catch(() => {}));
    await made.start();
    return () => made.close();
  },
};

const channel: Style = {
  name: 'plain channel',
  body: (number) => json(number),
  async start(t, { url, queue, logger, take }) {
    const connection = await Connection.open({ url, logger });
    t.after(() => connection.close());
    const opened = await connection.channel();
    await opened.qos(50);
    await opened.consume(queue, {
      onMessage: ({ body, properties, deliveryInfo }) => {
        opened.ack(deliveryInfo.deliveryTag);
        JSON.stringify(Object.keys(properties.headers ?? {}));
        try {
          take(JSON.parse(String(body)));
        } catch {}
      },
    });
    return () => opened.close();
  },
};

/** One of each. */
export const styles: readonly Style[] = [processor, queueWorker, rpcWorker, registry, app, channel];
