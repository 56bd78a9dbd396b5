import {
  type CallSettings,
  GenericProducer,
  type LinkOptions,
  MessageCommand,
  MessageProcessor,
  MessageResult,
  MicroScheduler,
  MicroThread,
  type RestartPolicy,
  RpcStreamCommand,
  type ServeOptions,
  ThreadDone,
} from 'waybill';
import { Connection } from 'waybill/channel';
import { DevBroker, type DevBrokerOptions, type RestartOptions } from 'waybill/devbroker';
import { type FaultOptions, type IdleOptions, TestBroker, TestBrokerTimeout } from 'waybill/testing';
import { QueueProducer } from 'waybill/workers';
import { Deadlines } from '../../../src/amqp/index.js';
import { sleep } from '../../../src/common/timers.js';
import { type CollectOptions, ReplyQueue } from '../../../src/rpc/index.js';
import { Place } from '../../support/stage/place.js';
import { recordingLog } from '../../support/stage/stage.js';
import { type Scene, type Setting, settings } from './setting.js';

const logger = recordingLog();

/** A task leaves by a link with these options. */
async function publish(
  { timeoutMs, ...link }: LinkOptions & { readonly timeoutMs?: number },
  { stage, queue }: Scene,
): Promise<void> {
  await stage.side.onChannel((channel) => channel.assertQueue(queue));
  await using producer = new QueueProducer({ url: stage.url, logger, ...link });
  await producer.publish(queue, 1, { timeoutMs });
  await stage.side.waitForDepth(queue, 1);
}

/** A command leaves by a producer whose class has these fields. */
async function produce(statics: object, { stage }: Scene): Promise<void> {
  const place = await Place.declare(stage.side);
  class Sends extends GenericProducer {
    static override readonly eks = place.eks;
    build_message_go(): MessageCommand {
      return new MessageCommand('go');
    }
  }
  Object.assign(Sends, statics);
  await using producer = await Sends.connect({ url: stage.url, logger });
  await producer.message_go();
  await stage.side.waitForDepth(place.queue, 1);
}

/** A stream of some items is read with this window. */
async function read({ window }: CallSettings, { stage }: Scene): Promise<void> {
  const place = await Place.declare(stage.side);
  class Rows extends MessageProcessor {
    static override readonly eqks = place.eqks;
  }
  Rows.handle('command', 'rows', () => [1, 2, 3], { category: 'stream' });
  await using _rows = await new Rows({ url: stage.url, logger }).start();
  class Reads extends GenericProducer {
    static override readonly eks = place.eks;
  }
  await using reader = await Reads.connect({ url: stage.url, logger });
  let count = 0;
  for await (const _ of reader.with({ window }).stream(new RpcStreamCommand('rows'))) count++;
  if (count !== 3) throw new Error(`${count} items came`);
}

/** Collects the one answer that has come. What asks for more of them has to wait for the end. */
async function collect(options: CollectOptions): Promise<void> {
  const queue = new ReplyQueue('answers', new Deadlines(), { remove: async () => {}, cancel: () => {} });
  queue.add(new MessageResult(1));
  const collected = queue.collect(options);
  if ((options.count ?? 1) > 1) await queue.close();
  await collected;
}

interface ChannelCase {
  readonly number?: number;
  readonly prefetchCount?: number;
  readonly deliveryTag?: number;
  readonly timeoutMs?: number;
}

async function plain(
  { number, prefetchCount, deliveryTag, timeoutMs }: ChannelCase,
  scene: Scene,
): Promise<void> {
  await using connection = await Connection.open({ url: scene.stage.url, logger });
  const channel = await connection.channel(number);
  await channel.queue.declare(scene.queue, { durable: true });
  if (prefetchCount !== undefined) await channel.qos(prefetchCount);
  await channel.publish('1', { routingKey: scene.queue });
  const message = await channel.get(scene.queue);
  channel.ack(deliveryTag ?? message?.deliveryInfo.deliveryTag ?? Number.NaN);
  await channel.close(timeoutMs === undefined ? {} : { timeoutMs });
}

/** A thread that is done at its first step. */
class Short extends MicroThread {
  override readonly restartPolicy: RestartPolicy;

  constructor(restartPolicy: RestartPolicy) {
    super();
    this.restartPolicy = restartPolicy;
  }

  override step(): void {
    throw new ThreadDone();
  }
}

async function schedule({
  drainTimeoutMs,
  ...policy
}: RestartPolicy & { readonly drainTimeoutMs?: number }): Promise<void> {
  const scheduler = new MicroScheduler({ autoquit: true, drainTimeoutMs });
  scheduler.addMicrothread(new Short(policy));
  const { exitCode } = await scheduler.run({ signals: false, exit: false });
  if (exitCode !== 0) throw new Error('it did not end well');
}

async function serve(options: ServeOptions): Promise<void> {
  await using scheduler = new MicroScheduler();
  const { port } = await scheduler.serve(options);
  if (options.port !== 0 && options.port !== port) throw new Error('it listens on another port');
}

/** A message through a broker with these options. */
async function broker(options: DevBrokerOptions & { readonly restart?: RestartOptions }): Promise<void> {
  const { restart, ...own } = options;
  await using one = await DevBroker.start({ port: 0, ...own });
  // It may be away for longer than anybody waits: that it goes is enough.
  if (restart) await Promise.race([one.restart(restart), sleep(50)]);
  if (restart) return;
  await using producer = new QueueProducer({ url: one.url, logger });
  await using connection = await Connection.open({ url: one.url, logger });
  const channel = await connection.channel();
  await channel.queue.declare('q');
  await producer.publish('q', 1);
  const message = await channel.get('q', { noAck: true });
  if (!message) throw new Error('no message');
}

interface TestCase {
  readonly idle?: IdleOptions;
  readonly until?: IdleOptions;
  readonly fault?: FaultOptions;
  readonly advance?: number;
  readonly delay?: number;
}

async function testBroker({ idle, until, fault, advance, delay }: TestCase): Promise<void> {
  await using one = await TestBroker.start();
  await using connection = await Connection.open({ url: one.url, logger });
  const channel = await connection.channel();
  await channel.queue.declare('q');
  if (fault) one.deliverNextTwice(fault);
  if (advance !== undefined) one.advance(advance);
  await channel.publish('1', { routingKey: 'q' });
  try {
    await one.until(() => one.published.length === 1, until);
    await one.idle({ timeoutMs: 50, ...idle });
  } catch (thrown) {
    // Too short for anything, or quiet for longer than that.
    if (!(thrown instanceof TestBrokerTimeout)) throw thrown;
  }
  // Last of all: nothing would ever come through.
  if (delay !== undefined) for (const each of one.connections) each.delay(delay);
  await one.cut();
}

const in_ = <Key extends string>(key: Key) => ({ of: (value: never) => ({ [key]: value }) as never });

/** All of the rest. */
export const linkSettings: readonly Setting[] = [
  ...settings('', publish, {
    'outbox.maxMessages': {
      good: [1, 10_000, Infinity],
      of: (maxMessages: never) => ({ outbox: { maxMessages } }),
    },
    'outbox.maxBytes': { good: [1_000, Infinity], of: (maxBytes: never) => ({ outbox: { maxBytes } }) },
    'outbox.whenFull': {
      good: ['wait', 'fail', 'drop-oldest'],
      of: (whenFull: never) => ({ outbox: { whenFull } }),
    },
    timeoutMs: { good: [10_000, Infinity], ends: ['PUBLISH_TIMEOUT'] },
  }),
  ...settings('Sends', produce, {
    rpcTimeoutMs: { good: [10_000, Infinity] },
    maxRetry: { good: [0, 4] },
    replyQueue: { good: ['direct', 'per-call'] },
    undeclared: { good: ['refuse', 'send'] },
  }),
  ...settings('Reads', read, { window: { good: [1, 256, 10_000] } }),
  ...settings('ReplyQueue.collect', collect, {
    count: { good: [0, 1, Infinity] },
    timeoutMs: { good: [0, 10_000, Infinity] },
  }),
  ...settings('Channel.qos', plain, { prefetchCount: { good: [0, 1, 65_535] } }),
  ...settings('Connection.channel', plain, { number: { good: [1, 2_047] } }),
  ...settings('Channel.close', plain, { timeoutMs: { good: [10_000, Infinity] } }),
  ...settings('', plain, { deliveryTag: { good: [1], ends: ['CHANNEL_CLOSED'] } }),
  ...settings('MicroScheduler', schedule, { drainTimeoutMs: { good: [0, 1_000, Infinity] } }),
  ...settings<ServeOptions>('MicroScheduler.serve', serve, { port: { good: [0] } }),
  ...settings<RestartPolicy>('Short', schedule, {
    'restartPolicy.minDelayMs': { good: [1, 1_000], ...in_('minDelayMs') },
    'restartPolicy.maxDelayMs': { good: [1, 60_000], ...in_('maxDelayMs') },
    'restartPolicy.factor': { good: [1, 1.5], ...in_('factor') },
    'restartPolicy.maxRestarts': { good: [0, 5, Infinity], ...in_('maxRestarts') },
  }),
  ...settings<DevBrokerOptions & { readonly restart?: RestartOptions }>('DevBroker', broker, {
    port: { good: [0] },
    consumerTimeoutMs: { good: [60_000, Infinity] },
    memoryLimitBytes: { good: [0, 1_000_000, Infinity] },
    heartbeatSeconds: { good: [0, 60, 65_535] },
    frameMax: { good: [8_192, 131_072, 2 ** 32 - 1] },
    channelMax: { good: [10, 65_535] },
    profile: { good: ['3.10', '4.0', '4.3'] },
    deniedFeatures: {
      good: ['global_qos', 'queue_master_locator'],
      of: (feature: never) => ({ deniedFeatures: [feature] }),
    },
  }),
  ...settings<DevBrokerOptions & { readonly restart?: RestartOptions }>('DevBroker.restart', broker, {
    keep: { good: ['durable', 'nothing'], of: (keep: never) => ({ restart: { keep } }) },
    downMs: { good: [0, 5], of: (downMs: never) => ({ restart: { downMs } }) },
  }),
  ...settings('TestBroker.idle', testBroker, {
    quietMs: { good: [0, 20], of: (quietMs: never) => ({ idle: { quietMs } }) },
  }),
  ...settings('TestBroker', testBroker, {
    timeoutMs: { good: [10_000, Infinity], of: (timeoutMs: never) => ({ until: { timeoutMs } }) },
    times: { good: [1, 5, Infinity], of: (times: never) => ({ fault: { times } }) },
  }),
  ...settings('BrokerClock.advance', testBroker, {
    ms: { good: [0, 3_600_000], of: (advance: never) => ({ advance }) },
  }),
  ...settings('BrokerConnection.delay', testBroker, {
    delayMs: { good: [0, 10], of: (delay: never) => ({ delay }) },
  }),
];
