import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  type Content,
  Exchange,
  GenericProducer,
  type HandlerContext,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
  type Middleware,
  type OnceSetting,
  type Reply,
  type Result,
  type RetryPolicy,
  RpcCommand,
  RpcHandler,
  type StandardSchema,
  type ThreadHealth,
} from 'waybill';
import { AmqpConnection, App } from 'waybill/app';
import {
  HandlersRegistry,
  MessageConsumerRegistry,
  MessageSender,
  RabbitConsumerFactory,
} from 'waybill/registry';
import { type DeliveryContext, QueueProducer, QueueWorker, RpcClient, RpcWorker } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { command, rpc } from '../../support/stage/envelopes.js';
import { type Log, recordingLog, type Stage } from '../../support/stage/stage.js';

/** What a component of any style is made with here. */
export interface Making {
  /** Handles a message, or answers a call by what it gives. The value is a number, or what is no number where nothing checks it. */
  readonly handle: (value: unknown, signal: AbortSignal) => unknown;
  /** Of the component that handles, and of the one that sends. */
  readonly middleware?: readonly Middleware[];
  readonly retry?: RetryPolicy;
  readonly handlerTimeoutMs?: number;
  readonly slowHandlerMs?: number;
  /** How many messages are handled at once. */
  readonly concurrency?: number;
  /** Handles each message once; `app` has no such setting. */
  readonly once?: OnceSetting;
  /** Gives its queues a dead-letter exchange: what is rejected is then in {@link Running.dead}. */
  readonly deadLetters?: true;
}

/** Messages as a peer would send them, past all that is under test. */
export interface RawMessage {
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** How long something that is sent may take. */
export interface Waiting {
  readonly timeoutMs?: number;
  readonly maxRetry?: number;
  readonly signal?: AbortSignal;
}

/** A component of one style that runs, and one that sends to it. */
export interface Running {
  readonly log: Log;
  /** Where it takes messages from. */
  readonly queue: string;
  /** Where it takes calls from: the same queue in some styles; undefined where the style has none. */
  readonly calls: string | undefined;
  /** Where rejected ones go, of both. */
  readonly dead: string;
  send(value: number, options?: Waiting): Promise<void>;
  call(value: number, options?: Waiting): Promise<Result>;
  /** Closes what sends. */
  close(): Promise<unknown>;
  /** Stops it in good order, in so much time at most. */
  drain(timeoutMs?: number): Promise<unknown>;
  /** Whether what takes messages is well, and what it says of its handlers. */
  health(): Promise<ThreadHealth>;
}

/** One style. */
export interface Style {
  readonly name: 'messaging' | 'workers' | 'registry' | 'app';
  start(t: TestContext, stage: Stage, making: Making): Promise<Running>;
  /** A message, or a call, as a peer would send it. */
  message(value: unknown): RawMessage;
  callOf?(value: unknown): RawMessage;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const packed = (value: unknown): Buffer => gzipSync(json({ data: value }));

/** Only numbers are let through to handlers. */
const aNumber: StandardSchema<number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'number' ? { value } : { issues: [{ message: 'it must be a number' }] },
  },
};

interface Place {
  readonly queue: string;
  readonly dead: string;
  readonly args: Readonly<Record<string, unknown>>;
}

async function newPlace(stage: Stage, deadLetters: true | undefined): Promise<Place> {
  const queue = uniqueName('queue');
  const dead = `${queue}.dead`;
  await stage.side.onChannel((channel) => channel.assertQueue(dead));
  const args = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead };
  return { queue, dead, args: deadLetters ? args : {} };
}

const messaging: Style = {
  name: 'messaging',
  message: (value) => ({ body: json(command('work', value)) }),
  callOf: (value) => ({ body: json(rpc('work', value)) }),
  async start(t, stage, making) {
    const { handle, middleware = [], retry, deadLetters, concurrency = 1 } = making;
    const { queue, dead, args } = await newPlace(stage, deadLetters);
    const log = recordingLog();
    class Desk extends MessageProcessor {
      static override readonly retry = retry;
      static override readonly handlerTimeoutMs = making.handlerTimeoutMs;
      static override readonly slowHandlerMs = making.slowHandlerMs;
      static override readonly concurrency = concurrency;
      static override readonly middleware = middleware;
      static override readonly once = making.once;

      @MessageHandler('command', 'work', aNumber)
      work({ parameters }: Content<number>, context: HandlerContext) {
        return handle(parameters, context.signal);
      }

      @RpcHandler('command', 'work', aNumber)
      answer({ parameters }: Content<number>, _reply: Reply, context: HandlerContext) {
        return handle(parameters, context.signal);
      }
    }
    const desk = new Desk({
      url: stage.url,
      logger: log,
      eqks: [[Exchange, [[{ name: queue, flags: { arguments: args } }, queue]]]],
    });
    t.after(() => desk.close());
    await desk.start();
    class Sender extends GenericProducer {
      static override readonly eks = [[Exchange, queue]] as const;
      static override readonly middleware = middleware;
    }
    const sender = await stage.connect(t, Sender, { logger: log });
    return {
      log,
      queue,
      calls: queue,
      dead,
      send: (value, options = {}) => sender.with(options).send(new MessageCommand('work', value)),
      call: (value, options = {}) => sender.with(options).call(new RpcCommand('work', value)),
      close: () => sender.close(),
      drain: (timeoutMs = 30_000) => desk.drain({ timeoutMs }),
      health: () => desk.health(),
    };
  },
};

const workers: Style = {
  name: 'workers',
  message: (value) => ({ body: packed(value) }),
  callOf: (value) => ({ body: packed(value) }),
  async start(t, stage, { handle, middleware = [], retry, deadLetters, ...limits }) {
    const { queue, dead, args } = await newPlace(stage, deadLetters);
    const calls = `${queue}.calls`;
    const log = recordingLog();
    const connection = { url: stage.url, logger: log };
    const [tasks, answers] = [
      new QueueWorker(connection, { retry, middleware, ...limits }),
      new RpcWorker(connection, { middleware, ...limits }),
    ];
    const run = (data: number, { signal }: DeliveryContext): unknown => handle(data, signal);
    tasks.route(queue, { type: aNumber, arguments: args })(run);
    answers.route(calls, { type: aNumber, arguments: args })(run);
    for (const worker of [tasks, answers]) {
      t.after(() => worker.close());
      await worker.run();
    }
    const [producer, client] = [
      new QueueProducer(connection, { middleware }),
      new RpcClient(connection, { middleware }),
    ];
    t.after(() => Promise.all([producer.close(), client.close()]));
    return {
      log,
      queue,
      calls,
      dead,
      send: (value, options) => producer.publish(queue, value, options),
      call: (value, options) => client.call(calls, value, options),
      close: () => Promise.all([producer.close(), client.close()]),
      drain: (timeoutMs = 30_000) => Promise.all([tasks.drain({ timeoutMs }), answers.drain({ timeoutMs })]),
      health: () => tasks.health(),
    };
  },
};

const registry: Style = {
  name: 'registry',
  message: (value) => ({ body: json(value), headers: { task_name: 'work' } }),
  callOf: (value) => ({ body: json(value), headers: { task_name: 'work' } }),
  async start(t, stage, { handle, middleware = [], retry, deadLetters, ...limits }) {
    const { queue, dead, args } = await newPlace(stage, deadLetters);
    const log = recordingLog();
    const connection = { url: stage.url, logger: log };
    const handlers = new HandlersRegistry({ logger: log });
    const never = new AbortController().signal;
    handlers.register('work', aNumber)((data, context) => handle(data, context?.signal ?? never));
    const factory = new RabbitConsumerFactory(connection);
    const consumers = new MessageConsumerRegistry(handlers, factory);
    t.after(() => factory.closeConnection({ timeoutMs: 0 }).catch(() => {}));
    await consumers.register(queue, 'task_name', {
      rpc: 'result',
      retry,
      middleware,
      arguments: args,
      prefetch: 10,
      ...limits,
    });
    const sender = new MessageSender('task_name', connection, { rpc: 'result', middleware });
    t.after(() => sender.close());
    return {
      log,
      queue,
      calls: queue,
      dead,
      send: (value, options) => sender.send(queue, 'work', value, options),
      call: (value, options) => sender.call(queue, 'work', value, options),
      close: () => sender.close(),
      drain: (timeoutMs = 30_000) => consumers.disconnectConsumers({ timeoutMs }),
      health: () => consumers.health(),
    };
  },
};

const app: Style = {
  name: 'app',
  message: (value) => ({ body: json(value) }),
  async start(t, stage, { handle, middleware = [], retry, deadLetters, handlerTimeoutMs }) {
    const { queue, dead, args } = await newPlace(stage, deadLetters);
    await stage.side.onChannel((channel) => channel.assertQueue(queue, { arguments: args }));
    const log = recordingLog();
    const connection = new AmqpConnection({ url: stage.url });
    const made = new App({ connections: [connection], logger: log, middleware });
    const options = { body: aNumber, onException: 'fail', retry, handlerTimeoutMs } as const;
    made.amqp.consume(queue, options)(([message], { signal }) => handle(message?.body, signal));
    t.after(() => made.close().catch(() => {}));
    await made.start();
    return {
      log,
      queue,
      calls: undefined,
      dead,
      send: (data, options) => connection.put({ routingKey: queue, data, ...options }),
      close: () => connection.close(),
      call: () => Promise.reject(new Error('An app has no calls')),
      drain: (timeoutMs = 30_000) => made.drain({ timeoutMs }),
      health: () => made.health(),
    };
  },
};

/** The four styles that have what crosses all styles in common. */
export const styles: readonly Style[] = [messaging, workers, registry, app];
/** Those of them in which there are calls. */
export const callingStyles: readonly Style[] = [messaging, workers, registry];
