import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AmqpConnection,
  type AmqpConnectionOptions,
  type AmqpRouteOptions,
  App,
  type AppOptions,
  exponentialBuckets,
  type HttpRouteOptions,
  linearBuckets,
  type PutMessage,
  type RunEveryOptions,
  SseConnection,
  type SseRouteOptions,
} from 'waybill/app';
import { Gate } from '../../support/stage/gate.js';
import { recordingLog } from '../../support/stage/stage.js';
import { type Scene, type Setting, settings } from './setting.js';

const logger = recordingLog();

interface AppCase {
  readonly app?: AppOptions;
  readonly connection?: AmqpConnectionOptions;
  readonly route?: AmqpRouteOptions;
  readonly put?: Partial<PutMessage>;
}

/** An app takes a message that is put by its own connection. */
async function app(
  { app: more = {}, connection = {}, route = {}, put = {} }: AppCase,
  scene: Scene,
): Promise<void> {
  const { stage, queue } = scene;
  await stage.side.onChannel((channel) => channel.assertQueue(queue));
  const own = new AmqpConnection({ ...(connection.port === undefined && { url: stage.url }), ...connection });
  await using one = new App({ logger, metrics: false, ...more, connections: [own] });
  const gate = new Gate();
  one.amqp.consume(queue, { flushIntervalMs: 20, ...route })(() => gate.open());
  await one.start();
  await own.put({ routingKey: queue, data: 1, ...put });
  await gate.opened;
}

async function repeated({
  intervalMs = 60_000,
  ...options
}: RunEveryOptions & { readonly intervalMs?: number }): Promise<void> {
  await using one = new App({ logger });
  const gate = new Gate();
  one.runEvery(intervalMs, options)(() => gate.open());
  await one.start();
  await gate.opened;
}

async function http({
  app: more = {},
  route = {},
}: {
  app?: AppOptions;
  route?: HttpRouteOptions;
}): Promise<void> {
  await using one = new App({ logger, ...more, http: { port: 0, ...more.http } });
  one.http.post('/', route)(async (request) => (await request.bytes()).length);
  try {
    await one.start();
  } catch (thrown) {
    // Somebody else has the port.
    if (/cannot listen/.test(String(thrown))) return;
    throw thrown;
  }
  // There are ports for which fetch does not ask.
  if (more.http?.port) return;
  const answer = await fetch(String(one.http.url), { method: 'POST', body: '1' });
  if (!answer.ok) throw new Error(`it answers with ${answer.status}`);
}

async function sse(options: SseRouteOptions): Promise<void> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\n\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await using one = new App({ logger, connections: [new SseConnection({ url })] });
    const gate = new Gate();
    one.sse.consume('/events', { flushIntervalMs: 20, ...options })(() => gate.open());
    await one.start();
    await gate.opened;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function environment(name: string, text: string, scene: Scene): Promise<void> {
  const before = process.env[name];
  process.env[name] = text;
  try {
    await app({}, scene);
    await http({ app: name.includes('HTTP_PORT') ? {} : { http: { port: 0 } } });
  } finally {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
}

function variable(name: string, good: readonly string[]): Setting {
  const full = `ASYNCWORKER_${name}`;
  return { name: full, good, isText: true, use: (text: string, scene) => environment(full, text, scene) };
}

interface BucketCase {
  readonly start?: number;
  readonly factor?: number;
  readonly width?: number;
  readonly count?: number;
}

const routeName = 'The AMQP route';
const action = ['ack', 'reject', 'requeue'];
const retry = (more: object): AppCase => ({ route: { retry: { attempts: 2, delayMs: 10, ...more } } });

/** All of apps. */
export const appSettings: readonly Setting[] = [
  ...settings<AppCase>('App', app, {
    shutdownTimeoutMs: {
      good: [1_000, Infinity],
      of: (shutdownTimeoutMs: never) => ({ app: { shutdownTimeoutMs } }),
    },
  }),
  ...settings<AppCase>('AmqpConnection', app, {
    prefetch: { good: [1, 128, 65_535], of: (prefetch: never) => ({ connection: { prefetch } }) },
    port: { good: [], of: (port: never) => ({ connection: { port } }), ends: ['CONNECT_FAILED'] },
  }),
  ...settings<AppCase>('', app, {
    heartbeatSeconds: {
      good: [0, 10, 65_535],
      of: (heartbeatSeconds: never) => ({ connection: { heartbeatSeconds } }),
    },
    connectTimeoutMs: {
      good: [10_000, Infinity],
      ends: ['CONNECT_FAILED'],
      of: (connectTimeoutMs: never) => ({ connection: { connectTimeoutMs } }),
    },
    'firstConnect.attempts': {
      good: [1, 5, Infinity],
      of: (attempts: never) => ({ connection: { firstConnect: { attempts, delayMs: 10 } } }),
    },
    'firstConnect.delayMs': {
      good: [0, 10],
      of: (delayMs: never) => ({ connection: { firstConnect: { attempts: 2, delayMs } } }),
    },
  }),
  ...settings<AppCase>('AmqpConnection.put', app, {
    timeoutMs: {
      good: [10_000, Infinity],
      ends: ['PUBLISH_TIMEOUT'],
      of: (timeoutMs: never) => ({ put: { timeoutMs } }),
    },
  }),
  ...settings<AppCase>(routeName, app, {
    bulkSize: { good: [1, 100], of: (bulkSize: never) => ({ route: { bulkSize } }) },
    flushIntervalMs: {
      good: [0, 60_000, Infinity],
      of: (flushIntervalMs: never) => ({ route: { flushIntervalMs } }),
    },
    concurrency: { good: [1, 100], of: (concurrency: never) => ({ route: { concurrency } }) },
    handlerTimeoutMs: {
      good: [10_000, Infinity],
      of: (handlerTimeoutMs: never) => ({ route: { handlerTimeoutMs } }),
    },
    onSuccess: { good: action, of: (onSuccess: never) => ({ route: { onSuccess } }) },
    onException: { good: [...action, 'fail'], of: (onException: never) => ({ route: { onException } }) },
    onFailure: { good: ['park', 'reject', 'discard'], of: (onFailure: never) => ({ route: { onFailure } }) },
    'retry.attempts': { good: [1, 5], of: (attempts: never) => retry({ attempts }) },
    'retry.delayMs': { good: [0, 1_000], of: (delayMs: never) => retry({ delayMs }) },
    'retry.factor': { good: [1, 2.5], of: (factor: never) => retry({ factor }) },
    'retry.maxDelayMs': { good: [0, 86_400_000], of: (maxDelayMs: never) => retry({ maxDelayMs }) },
  }),
  ...settings('App.runEvery', repeated, {
    intervalMs: { good: [1, 1_000, 30 * 86_400_000] },
    maxConcurrency: { good: [1, 10] },
  }),
  ...settings('App', http, {
    'http.port': { good: [0], of: (port: never) => ({ app: { http: { port } } }) },
    'http.maxBodyBytes': {
      good: [1, 1_000_000],
      of: (maxBodyBytes: never) => ({ app: { http: { maxBodyBytes } } }),
    },
    'metrics.bucketsMs': {
      good: [
        [1, 2.5, 10],
        [-1, 0],
      ],
      of: (bucketsMs: never) => ({ app: { metrics: { bucketsMs } } }),
    },
  }),
  ...settings('The HTTP route', http, {
    maxBodyBytes: { good: [1, 1_000_000], of: (maxBodyBytes: never) => ({ route: { maxBodyBytes } }) },
  }),
  ...settings(
    'exponentialBuckets',
    async ({ start = 1, factor = 2, count = 3 }: BucketCase) => exponentialBuckets(start, factor, count),
    {
      start: { good: [0.5, 10] },
      factor: { good: [1.5, 10] },
      count: { good: [1, 20] },
    },
  ),
  ...settings(
    'linearBuckets',
    async ({ start = 1, width = 2, count = 3 }: BucketCase) => linearBuckets(start, width, count),
    {
      start: { good: [-5, 0] },
      width: { good: [0.5, 10] },
      count: { good: [1, 1_000] },
    },
  ),
  ...settings('The event stream', sse, {
    bulkSize: { good: [1, 10] },
    flushIntervalMs: { good: [0, 60_000, Infinity] },
    concurrency: { good: [1, 10] },
    retryDelayMs: { good: [100, Infinity] },
    silenceTimeoutMs: { good: [10_000, Infinity] },
  }),
  variable('FLUSH_TIMEOUT', ['1', '0.5', '60']),
  variable('AMQP_DEFAULT_PORT', ['5672']),
  variable('AMQP_DEFAULT_PREFETCH_COUNT', ['1', ' 128 ']),
  variable('AMQP_DEFAULT_HEARTBEAT', ['0', '10']),
  variable('HTTP_PORT', ['0']),
  variable('METRICS_DEFAULT_HISTOGRAM_BUCKETS_IN_MS', ['1, 2, 3', '[7, 8.5]', '']),
];
