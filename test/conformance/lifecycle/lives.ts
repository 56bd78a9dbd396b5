import { gzipSync } from 'node:zlib';
import { Exchange, GenericProducer, MessageProcessor } from 'waybill';
import { AmqpConnection, App } from 'waybill/app';
import {
  HandlersRegistry,
  MessageConsumerRegistry,
  MessageSender,
  RabbitConsumerFactory,
} from 'waybill/registry';
import { QueueProducer, QueueWorker, RpcWorker } from 'waybill/workers';
import { command } from '../../support/stage/envelopes.js';
import { recordingLog } from '../../support/stage/stage.js';

/** Something that takes messages, from one queue. */
export interface Life {
  start(): Promise<unknown>;
  close(): Promise<unknown>;
  health(): Promise<{ readonly ok: boolean }>;
  /** What a second start ends with: the outcome of the first, or an error with this code. */
  readonly again: 'shared' | 'CLOSED' | 'CONFIGURATION' | 'ALREADY_REGISTERED';
  /** Set where its queue is declared by others. */
  readonly takesWhatIsThere?: true;
  /** One that it handles. */
  readonly message: { readonly body: Buffer; readonly properties?: object };
}

/** What it is made with. */
export interface Making {
  readonly url: string;
  readonly queue: string;
  /** What was handled. */
  readonly seen: unknown[];
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const once = { attempts: 1, delayMs: 0 };

/** One of each style that takes messages. */
export const takers: Readonly<Record<string, (making: Making) => Life>> = {
  MessageProcessor: ({ url, queue, seen }) => {
    class Desk extends MessageProcessor {}
    Desk.handle('command', 'work', (content: unknown) => seen.push(content));
    const eqks = [[Exchange, [[queue, queue]]]] as const;
    const desk = new Desk({ url, logger: recordingLog(), eqks });
    return {
      start: () => desk.start(),
      close: () => desk.close(),
      health: () => desk.health(),
      again: 'shared',
      message: { body: json(command('work', 1)) },
    };
  },
  QueueWorker: ({ url, queue, seen }) => {
    const worker = new QueueWorker({ url, logger: recordingLog(), firstConnect: once });
    worker.route(queue)((data) => void seen.push(data));
    return {
      start: () => worker.run(),
      close: () => worker.close(),
      health: () => worker.health(),
      again: 'CONFIGURATION',
      message: { body: gzipSync(json({ data: 1 })) },
    };
  },
  RpcWorker: ({ url, queue, seen }) => {
    const worker = new RpcWorker({ url, logger: recordingLog(), firstConnect: once });
    worker.route(queue)((data) => void seen.push(data));
    return {
      start: () => worker.create(),
      close: () => worker.close(),
      health: () => worker.health(),
      again: 'shared',
      message: { body: gzipSync(json({ data: 1 })) },
    };
  },
  MessageConsumerRegistry: ({ url, queue, seen }) => {
    const logger = recordingLog();
    const handlers = new HandlersRegistry({ logger });
    handlers.register('work', {
      '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
    })((data) => void seen.push(data));
    const factory = new RabbitConsumerFactory({ url, logger });
    const consumers = new MessageConsumerRegistry(handlers, factory);
    return {
      start: () => consumers.register(queue, 'task_name', {}),
      close: () => consumers.drain({ timeoutMs: 5_000 }),
      health: () => consumers.health(),
      again: 'ALREADY_REGISTERED',
      message: { body: json(1), properties: { headers: { task_name: 'work' } } },
    };
  },
  App: ({ url, queue, seen }) => {
    const app = new App({ connections: [new AmqpConnection({ url })], logger: recordingLog() });
    app.amqp.consume(queue)((messages) => void seen.push(...messages));
    return {
      start: () => app.start(),
      close: () => app.close(),
      health: () => app.health(),
      again: 'CLOSED',
      takesWhatIsThere: true,
      message: { body: json(1) },
    };
  },
};

/** Something that sends messages, to one queue. */
export interface Sending {
  send(): Promise<unknown>;
  /** Where it has a method for that. */
  open?(): Promise<unknown>;
  close(): Promise<unknown>;
  health(): Promise<{ readonly ok: boolean } | readonly { readonly ok: boolean }[]>;
}

/** One of each style that sends messages. */
export const senders: Readonly<Record<string, (url: string, queue: string) => Sending>> = {
  GenericProducer: (url, queue) => {
    class Sender extends GenericProducer {
      static override readonly eks = [[Exchange, queue]] as const;
    }
    const sender = new Sender({ url, logger: recordingLog() });
    return {
      send: () => sender.command('work'),
      open: () => sender.open(),
      close: () => sender.close(),
      health: () => sender.health(),
    };
  },
  QueueProducer: (url, queue) => {
    const producer = new QueueProducer({ url, logger: recordingLog() });
    return {
      send: () => producer.publish(queue, 1),
      close: () => producer.close(),
      health: () => producer.health(),
    };
  },
  MessageSender: (url, queue) => {
    const sender = new MessageSender('task_name', { url, logger: recordingLog() });
    return {
      send: () => sender.send(queue, 'work', 1),
      close: () => sender.close(),
      health: () => sender.health(),
    };
  },
  AmqpConnection: (url, queue) => {
    const connection = new AmqpConnection({ url });
    return {
      send: () => connection.put({ routingKey: queue, data: 1 }),
      close: () => connection.close(),
      health: () => connection.health(),
    };
  },
};
