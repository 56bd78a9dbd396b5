import type { TestContext } from 'node:test';
import {
  type ConsumerArguments,
  type Content,
  Exchange,
  GenericConsumer,
  JsonEncoder,
  type LinkHealth,
  MessageProcessor,
} from 'waybill';
import { AmqpConnection, App } from 'waybill/app';
import { RabbitConsumerFactory } from 'waybill/registry';
import { QueueWorker } from 'waybill/workers';
import { command } from '../../support/stage/envelopes.js';
import type { Log } from '../../support/stage/stage.js';

/** A component of one style that takes numbers from a queue. */
export interface Reading {
  health(): Promise<Pick<LinkHealth, 'ok'>>;
}

/** How one is started. */
export interface HowToRead {
  readonly url: string;
  readonly log: Log;
  readonly queue: string;
  /** With which the queue is declared. */
  readonly declared: Readonly<Record<string, unknown>>;
  readonly args: ConsumerArguments;
  /** Told of each number. */
  readonly seen: (number: number) => void;
}

/** Starts it; it is closed after the test. */
type Start = (t: TestContext, how: HowToRead) => Promise<Reading>;

/** A message with a number, for every style. */
export function bodyOf(number: number, style: string): string {
  return JSON.stringify(style === 'a processor' ? command('read', number) : number);
}

const eqksOf = ({ queue, declared, args }: HowToRead) =>
  [[Exchange, [[{ name: queue, flags: { arguments: declared }, ...args }, queue]]]] as const;

/** In each style. */
export const styles: Readonly<Record<string, Start>> = {
  'a processor': async (t, how) => {
    class Reader extends MessageProcessor {
      static override readonly prefetch = 10;
    }
    Reader.handle('command', 'read', ({ parameters }: Content<number>) => how.seen(parameters));
    const reader = new Reader({ url: how.url, logger: how.log, eqks: eqksOf(how) });
    t.after(() => reader.close());
    await reader.start();
    return reader;
  },
  'a consumer': async (t, how) => {
    const consumer = new GenericConsumer({ url: how.url, logger: how.log, prefetch: 10, eqks: eqksOf(how) });
    t.after(() => consumer.close());
    await consumer.open();
    await consumer.startConsuming((delivery) => {
      how.seen(Number(delivery.content));
      delivery.ack();
    });
    return consumer;
  },
  'a worker': async (t, { url, log, queue, declared, args, seen }) => {
    const worker = new QueueWorker({ url, logger: log }, { prefetch: 10, encoder: new JsonEncoder() });
    worker.route(queue, { ...args, arguments: declared })((number) => seen(Number(number)));
    t.after(() => worker.close());
    await worker.run();
    return worker;
  },
  'a consumer of a registry': async (t, { url, log, queue, declared, args, seen }) => {
    const factory = new RabbitConsumerFactory({ url, logger: log });
    const consumer = factory.create('task_name', { ...args, prefetch: 10, arguments: declared });
    t.after(() => consumer.disconnect());
    await consumer.connect();
    await consumer.consume(queue, () => async (content) => seen(Number(content)));
    return consumer;
  },
  'an app': async (t, { url, log, queue, args, seen }) => {
    const app = new App({ connections: [new AmqpConnection({ url })], logger: log });
    app.amqp.consume(
      queue,
      args,
    )((messages) => {
      for (const { body } of messages) seen(Number(body));
    });
    t.after(() => app.close());
    await app.start();
    return app;
  },
};
