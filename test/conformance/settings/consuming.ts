import {
  Exchange,
  GenericConsumer,
  GenericProducer,
  type IdentityOptions,
  JsonEncoder,
  KeyRing,
  MessageProcessor,
  OutboxRelay,
  ReplyStore,
  type ReplyStoreLimits,
} from 'waybill';
import { MemoryStore, transact } from 'waybill/once';
import {
  HandlersRegistry,
  MessageConsumerRegistry,
  RabbitConsumerFactory,
  type RabbitConsumerOptions,
} from 'waybill/registry';
import {
  ConnectionParameters,
  QueueWorker,
  type QueueWorkerOptions,
  type RouteOptions,
  RpcClient,
  type RpcClientOptions,
  RpcWorker,
} from 'waybill/workers';
import { Gate } from '../../support/stage/gate.js';
import { newTopic } from '../../support/stage/ledger.js';
import { Place } from '../../support/stage/place.js';
import { recordingLog } from '../../support/stage/stage.js';
import { secretKey } from '../identity/keys.js';
import { type Scene, type Setting, settings } from './setting.js';

const logger = recordingLog();
const encoder = new JsonEncoder();
const day = 86_400_000;
const keys = new KeyRing([secretKey('desk', 'Desk')]);

/** What a queue is consumed with. */
const counts = { prefetch: { good: [1, 7, 65_535] }, concurrency: { good: [1, 7, 1_000_000] } };

/** From when on a handler is slow, and when it has failed. */
const slowness = { slowHandlerMs: { good: [1, day, Infinity] } };
const limits = { ...slowness, handlerTimeoutMs: { good: [10_000, day, Infinity] } };

/** What becomes of failures. */
const failing = {
  onFailure: { good: ['park', 'reject', 'discard'] },
  'retry.attempts': {
    good: [1, 5],
    of: (attempts: never) => ({ retry: { attempts, delayMs: 10 } }),
  },
  'retry.delayMs': { good: [0, 10, day], of: (delayMs: never) => ({ retry: { attempts: 2, delayMs } }) },
  'retry.factor': {
    good: [1, 1.5, 10],
    of: (factor: never) => ({ retry: { attempts: 2, delayMs: 10, factor } }),
  },
  'retry.maxDelayMs': {
    good: [0, day],
    of: (maxDelayMs: never) => ({ retry: { attempts: 2, delayMs: 10, maxDelayMs } }),
  },
};

/** The arguments of queues that are numbers. */
const queueArguments = {
  'x-message-ttl': { good: [60_000], skip: [0] },
  'x-expires': { good: [60_000], ends: ['TOPOLOGY_REFUSED'] },
  'x-max-length': { good: [10], skip: [0] },
  'x-max-length-bytes': { good: [100_000], skip: [0] },
  'x-max-priority': { good: [1, 5] },
};

async function processor(statics: object, { stage }: Scene): Promise<void> {
  const place = await Place.declare(stage.side);
  const gate = new Gate();
  class Desk extends MessageProcessor {}
  Object.assign(Desk, statics);
  Desk.handle('command', 'go', () => gate.open());
  await using desk = new Desk({ url: stage.url, eqks: place.eqks, logger });
  await desk.start();
  await place.command('go');
  await gate.opened;
}

/** A message is put, and is sent. */
async function relay(options: object, { stage, queue }: Scene): Promise<void> {
  const store = new MemoryStore();
  await stage.side.onChannel((channel) => channel.assertQueue(queue));
  await using outbox = new OutboxRelay({ store, url: stage.url, logger, ...options });
  await outbox.start();
  await using producer = await GenericProducer.connect({ url: stage.url, logger });
  await transact(store, () => producer.with({ outbox: store, eks: [[Exchange, queue]] }).command('go'));
  await stage.side.waitForMessage(queue);
}

/** A command is signed, and comes to a processor with this identity. */
async function identified(options: IdentityOptions, { stage }: Scene): Promise<void> {
  const place = await Place.declare(stage.side);
  const gate = new Gate();
  const identity = { sign: 'desk', verify: 'enforce', keys, ...options } as const;
  class Desk extends MessageProcessor {}
  Desk.handle('command', 'go', () => gate.open());
  await using desk = new Desk({ url: stage.url, eqks: place.eqks, logger, identity });
  await desk.start();
  class Sends extends GenericProducer {
    static override readonly eks = place.eks;
  }
  const sender = { fingerprint: { name: 'Desk' }, identity: { sign: 'desk', keys } };
  await using producer = await Sends.connect({ url: stage.url, logger, ...sender });
  await producer.command('go');
  await gate.opened;
}

async function consumer(options: object, { stage }: Scene): Promise<void> {
  const place = await Place.declare(stage.side);
  const gate = new Gate();
  await using generic = new GenericConsumer({ url: stage.url, eqks: place.eqks, logger, ...options });
  await generic.open();
  await generic.startConsuming((delivery) => {
    delivery.ack();
    gate.open();
  });
  await place.command('go');
  await gate.opened;
}

async function queueWorker(
  options: QueueWorkerOptions,
  { stage, queue }: Scene,
  route: RouteOptions = {},
  connection: ConstructorParameters<typeof QueueWorker>[0] = { url: stage.url, logger },
): Promise<void> {
  const gate = new Gate();
  await using worker = new QueueWorker(connection, { encoder, ...options });
  worker.route(queue, route)(() => gate.open());
  await worker.run();
  await stage.side.publish('', queue, '{"data":1}');
  await gate.opened;
}

/** An RPC worker and its client. */
async function call(
  { worker: more = {}, route = {}, client: own = {}, options = {} }: CallSettings,
  { stage, queue }: Scene,
): Promise<void> {
  const connection = { url: stage.url, logger };
  await using worker = new RpcWorker(connection, more);
  worker.route(queue, route)((data) => data);
  await worker.run();
  await using client = new RpcClient(connection, own);
  (await client.call(queue, 1, options)).unwrap();
}

interface CallSettings {
  readonly worker?: object;
  readonly route?: RouteOptions;
  readonly client?: RpcClientOptions;
  readonly options?: RpcClientOptions;
}

async function registry(
  options: RabbitConsumerOptions & { readonly consumers?: number },
  { stage, queue }: Scene,
): Promise<void> {
  const gate = new Gate();
  const handlers = new HandlersRegistry({ logger });
  handlers.register('key', Object)(() => gate.open());
  const factory = new RabbitConsumerFactory({ url: stage.url, logger });
  await using consumers = new MessageConsumerRegistry(handlers, factory);
  await consumers.register(queue, 'key_name', options);
  await stage.side.publish('', queue, '{}', { headers: { key_name: 'key' } });
  await gate.opened;
}

/** How long each attempt of a call may take, and how many there may be. */
const patience = {
  timeoutMs: { good: [10_000, Infinity], ends: ['TIMEOUT'] },
  maxRetry: { good: [0, 3, 1_000] },
};

const inOwn = (
  rows: typeof patience,
  key: keyof CallSettings,
): Parameters<typeof settings<CallSettings>>[2] =>
  Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [
      name,
      { ...row, of: (value: never) => ({ [key]: { [name]: value } }) },
    ]),
  );

/** All of processors, workers and registries. */
export const consumingSettings: readonly Setting[] = [
  ...settings('Desk', processor, {
    ...counts,
    ...limits,
    ...failing,
    unhandled: { good: ['park', 'reject', 'ack'] },
    'once.keepMs': {
      good: [1, day, Infinity],
      of: (keepMs: never) => ({ once: { store: new MemoryStore(), key: () => 'go', keepMs } }),
    },
    'subscriptions.queueFor': {
      good: ['service', 'instance'],
      of: (queueFor: never) => ({ subscriptions: [{ exchange: newTopic(), patterns: ['#'], queueFor }] }),
    },
  }),
  ...settings('OutboxRelay', relay, { everyMs: { good: [1, day, Infinity] } }),
  ...settings('Desk', identified, {
    'identity.windowMs': { good: [60_000, day, Infinity], of: (windowMs: never) => ({ windowMs }) },
    'identity.verify': { good: ['off', 'warn', 'enforce'], of: (verify: never) => ({ verify }) },
  }),
  ...settings('GenericConsumer', consumer, { ...counts, ...slowness }),
  ...settings<QueueWorkerOptions>('QueueWorker', queueWorker, { ...counts, ...limits, ...failing }),
  ...settings<RouteOptions>('', (route, scene) => queueWorker({}, scene, route), counts),
  ...Object.entries(queueArguments).map(([name, row]) => ({
    ...row,
    name,
    use: (value: never, scene: Scene) => queueWorker({}, scene, { arguments: { [name]: value } }),
  })),
  ...settings<ConnectionParametersLike>(
    'ConnectionParameters',
    ({ port }, scene) => {
      const { hostname, username, password, pathname } = new URL(scene.stage.url);
      const vhost = decodeURIComponent(pathname.slice(1)) || '/';
      const login = { user: decodeURIComponent(username), password: decodeURIComponent(password) };
      const parameters = new ConnectionParameters({ host: hostname, vhost, port, ...login });
      return queueWorker({}, scene, {}, parameters.port === portOf(scene) ? parameters : undefined);
    },
    { port: { good: [1, 65_535] } },
  ),
  ...settings('RpcWorker', (worker: object, scene) => call({ worker }, scene), {
    ...counts,
    ...limits,
  }),
  ...settings<ReplyStoreLimits>(
    'ReplyStore',
    (limits, scene) => call({ worker: { replyStore: new ReplyStore(limits) } }, scene),
    {
      maxCount: { good: [0, 10, Infinity] },
      maxBytes: { good: [0, 1_000_000, Infinity] },
      maxAgeMs: { good: [0, 1_000, Infinity] },
    },
  ),
  ...settings('RpcClient', call, inOwn(patience, 'client')),
  ...settings('', call, inOwn(patience, 'options')),
  ...settings('RabbitConsumer', registry, {
    ...counts,
    ...limits,
    ...failing,
    rpc: { good: ['detail', 'result'] },
    'deadLetters.ttlMs': {
      good: [0, 60_000, 2 ** 32 - 1],
      of: (ttlMs: never) => ({ deadLetters: { ttlMs, exchange: 'settings.dlx' } }),
    },
  }),
  ...settings('', registry, { consumers: { good: [1, 3] } }),
  ...Object.entries(queueArguments).map(([name, row]) => ({
    ...row,
    name,
    use: (value: never, scene: Scene) => registry({ arguments: { [name]: value } }, scene),
  })),
];

interface ConnectionParametersLike {
  readonly port: number;
}

function portOf({ stage }: Scene): number {
  return Number(new URL(stage.url).port);
}
