import amqp, { type ConfirmChannel } from 'amqplib';
import { pump } from '../candidates/common/pump.js';
import { Flood } from './flood.js';

/** Something that takes a broker a countable time. */
export interface Workload {
  readonly title: string;
  readonly count: number;
  /** Does it `count` times and gives the milliseconds from the first publish to the last sign of the broker. */
  readonly run: (url: string, count: number) => Promise<number>;
  /** How fast the embedded broker must be at least, as a part of RabbitMQ's speed. @default 1 */
  readonly atLeast?: number;
}

const body = Buffer.alloc(300, 'w');
const inFlight = 256;
const queue = 'waybill-bench-broker';

export const workloads: readonly Workload[] = [
  {
    title: 'Confirmed publishes into a queue, 256 in flight',
    count: 20_000,
    run: (url, count) => timed(url, (channel) => publish(channel, count, inFlight)),
  },
  {
    title: 'The same with a consumer that acknowledges each',
    count: 20_000,
    run: (url, count) => timed(url, (channel) => publishAndConsume(channel, count)),
  },
  {
    title: 'Confirmed publishes one by one',
    count: 3_000,
    run: (url, count) => timed(url, (channel) => publish(channel, count, 1)),
  },
  {
    title: 'Given back before 100,000 others, until another client has one of them',
    count: 40_000,
    run: giveBack,
    atLeast: 0.2,
  },
  {
    title: 'Connections opened one after the other while 20 clients flood the broker',
    count: 10,
    run: connectUnderFlood,
    atLeast: 0.2,
  },
];

async function giveBack(url: string, count: number): Promise<number> {
  const [holder, other] = [await amqp.connect(url, { noDelay: true }), await amqp.connect(url)];
  const channel = await holder.createConfirmChannel();
  await channel.assertQueue(queue, { durable: false });
  await publish(channel, count + 100_000, inFlight);
  await channel.prefetch(count);
  await new Promise<void>((resolve) => {
    let held = 0;
    const take = () => {
      held += 1;
      if (held === count) resolve();
    };
    void channel.consume(queue, take, { consumerTag: 'holder' });
  });
  await channel.cancel('holder');
  const reader = await other.createChannel();
  const beganAt = performance.now();
  channel.nackAll(true);
  for (let isBack = false; !isBack; ) {
    const message = await reader.get(queue);
    isBack = message !== false && message.fields.redelivered;
  }
  const tookMs = performance.now() - beganAt;
  await channel.deleteQueue(queue);
  await Promise.all([holder.close(), other.close()]);
  return tookMs;
}

async function connectUnderFlood(url: string, count: number): Promise<number> {
  using _flood = await Flood.start(url, 20);
  const beganAt = performance.now();
  for (let time = 0; time < count; time += 1) {
    const connection = await amqp.connect(url, { noDelay: true });
    await connection.createChannel();
    await connection.close();
  }
  return performance.now() - beganAt;
}

async function timed(url: string, work: (channel: ConfirmChannel) => Promise<unknown>): Promise<number> {
  const connection = await amqp.connect(url, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(queue, { durable: false });
  const beganAt = performance.now();
  await work(channel);
  const tookMs = performance.now() - beganAt;
  await channel.deleteQueue(queue);
  await connection.close();
  return tookMs;
}

function publish(channel: ConfirmChannel, count: number, atOnce: number): Promise<unknown> {
  return pump(count, atOnce, (_index, done) => channel.sendToQueue(queue, body, {}, done));
}

async function publishAndConsume(channel: ConfirmChannel, count: number): Promise<void> {
  await channel.prefetch(100);
  const consumed = new Promise<void>((resolve) => {
    let arrived = 0;
    void channel.consume(queue, (message) => {
      if (message) channel.ack(message);
      arrived += 1;
      if (arrived === count) resolve();
    });
  });
  await Promise.all([publish(channel, count, inFlight), consumed]);
}
