import amqp, { type ConfirmChannel } from 'amqplib';
import { pump } from '../candidates/common/pump.js';

/** Something that takes a broker a countable time. */
export interface Workload {
  readonly title: string;
  readonly count: number;
  /** Does it `count` times and gives the milliseconds from the first publish to the last sign of the broker. */
  readonly run: (url: string, count: number) => Promise<number>;
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
];

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
