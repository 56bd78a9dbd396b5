import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it, type TestContext } from 'node:test';
import amqp, { type Channel, type GetMessage } from 'amqplib';
import fc from 'fast-check';
import { QueueProducer, QueueWorker } from 'waybill/workers';
import { DevBroker } from '../../src/devbroker/index.js';
import { brokerUrl, uniqueName } from '../support/broker.js';
import { profileOfRun } from '../support/embedded-profile.js';
import { extendLimit } from '../support/test-limit.js';
import { carry, type Load } from './flow/load.js';
import { namedLoads } from './flow/named-loads.js';
import { waitFor } from './wait.js';

/** How many generated loads are carried; `WAYBILL_LOADS=1000 npm run test:parity -- flow` carries more. */
const count = Number(process.env['WAYBILL_LOADS'] ?? 25);

/** The same loads on each run; `WAYBILL_SEED=<seed>` carries others, `WAYBILL_SEED=random` new ones. */
const asked = process.env['WAYBILL_SEED'] ?? '77';
const seed = asked === 'random' ? Date.now() % 2 ** 31 : Number(asked);

const MAX_LOAD_BYTES = 24_000_000;

describe('P-0, P-4: deliveries go on whatever leaves at once, as on RabbitMQ', () => {
  let embedded: DevBroker;

  before(async () => {
    embedded = await DevBroker.start({ port: 0, profile: profileOfRun() });
  });

  after(() => embedded.close());

  async function compare(load: Load): Promise<void> {
    const ours = await carry(embedded.url, uniqueName('flow'), load);
    const theirs = await carry(brokerUrl(), uniqueName('flow'), load);
    assert.deepEqual(theirs, { arrived: load.sizes.length, inOrder: true, whole: true });
    assert.deepEqual(ours, theirs);
  }

  for (const [title, load] of Object.entries(namedLoads)) {
    it(title, (t) => {
      extendLimit(t, 180_000);
      return compare(load);
    });
  }

  it(`${count} generated loads, seed ${seed}`, async (t) => {
    extendLimit(t, 120_000 + count * 10_000);
    await fc.assert(fc.asyncProperty(loads, compare), { numRuns: count, seed, endOnFailure: true });
  });

  it('a worker with two routes: a large task for one does not starve the other', async (t) => {
    const small = 10;
    assert.deepEqual(await runTwoRoutes(t, brokerUrl(), small), [small + 1, small]);
    assert.deepEqual(await runTwoRoutes(t, embedded.url, small), [small + 1, small]);
  });

  for (const [title, apart] of [
    ['one channel', false],
    ['two channels of a connection', true],
  ] as const) {
    it(`a large body for one consumer does not starve its neighbour on another queue: ${title}`, async () => {
      assert.deepEqual(await runNeighbours(brokerUrl(), apart), [2, 20]);
      assert.deepEqual(await runNeighbours(embedded.url, apart), [2, 20]);
    });
  }

  it('P-5: 40,000 messages that are given back in front of 100,000 keep their order, and another client is answered meanwhile', async (t) => {
    extendLimit(t, 180_000);
    const expected = { first: 0, firstWasRedelivered: true, next: [1, 2, 3], left: 140_000 - 4 };
    assert.deepEqual(await giveBack(brokerUrl()), expected);
    assert.deepEqual(await giveBack(embedded.url), expected);
  });
});

/** Sizes from 0 to 3 MB, most of them small, in loads that a test machine can hold. */
const sizes = fc
  .array(
    fc.oneof(
      { arbitrary: fc.integer({ min: 0, max: 2_000 }), weight: 8 },
      { arbitrary: fc.integer({ min: 2_000, max: 200_000 }), weight: 3 },
      { arbitrary: fc.integer({ min: 200_000, max: 3_000_000 }), weight: 1 },
    ),
    { minLength: 1, maxLength: 400, size: 'max' },
  )
  .filter((all) => all.reduce((sum, size) => sum + size, 0) <= MAX_LOAD_BYTES);

/** Acks come so often that no consumer waits for room for ever. */
const consumer = fc.oneof(
  fc.record({ prefetch: fc.constant(0), acking: fc.constantFrom('none' as const, 'single' as const) }),
  fc.record({ prefetch: fc.integer({ min: 1, max: 50_000 }), acking: fc.constant('single' as const) }),
  fc.tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 })).map(([one, other]) => ({
    prefetch: Math.max(one, other),
    acking: { batchesOf: Math.min(one, other) },
  })),
);

const loads = fc.record({
  sizes,
  consumers: fc.array(consumer, { minLength: 1, maxLength: 5 }),
  apart: fc.constantFrom('not' as const, 'channel' as const, 'connection' as const),
  publishFirst: fc.boolean(),
});

/** One worker, two routes; in one breath a large task for one and small ones for the other. How many each route got. */
async function runTwoRoutes(t: TestContext, url: string, small: number): Promise<[number, number]> {
  const [one, other] = [uniqueName('one'), uniqueName('other')];
  const seen = { one: 0, other: 0 };
  const worker = new QueueWorker<Record<string, string>>({ url });
  worker.route(one)(() => void seen.one++);
  worker.route(other)(() => void seen.other++);
  const stop = await worker.run();
  t.after(() => stop());
  await using producer = new QueueProducer<Record<string, string>>({ url });
  // Tasks are compressed: this one stays larger than 1 MiB.
  const large = randomBytes(1_200_000).toString('base64');
  const route = (name: string) => Array.from({ length: small }, () => producer.publish(name, 'x'));
  await Promise.all([producer.publish(one, large), ...route(other), ...route(one)]);
  await waitFor('both routes', () => seen.one + seen.other === 2 * small + 1).catch(() => undefined);
  return [seen.one, seen.other];
}

/** In one breath a body of 1.5 MB for one consumer and small ones for its neighbour, then more for both. */
async function runNeighbours(url: string, apart: boolean): Promise<[number, number]> {
  const connection = await amqp.connect(url);
  const [one, other] = [uniqueName('one'), uniqueName('other')];
  const seen = { one: 0, other: 0 };
  try {
    const first = await connection.createChannel();
    const second = apart ? await connection.createChannel() : first;
    for (const queue of [one, other]) await first.assertQueue(queue, { exclusive: true });
    await first.consume(one, () => void seen.one++);
    await second.consume(other, () => void seen.other++);
    for (const size of [1_500_000, 10]) {
      first.sendToQueue(one, Buffer.alloc(size));
      for (let index = 0; index < 10; index += 1) first.sendToQueue(other, Buffer.alloc(10));
      await first.checkQueue(one);
    }
    await waitFor('both consumers', () => seen.one === 2 && seen.other === 20).catch(() => undefined);
    return [seen.one, seen.other];
  } finally {
    await connection.close();
  }
}

/** Takes 40,000 of 140,000 messages, gives them back by one nack, and looks at what comes first then. */
async function giveBack(url: string) {
  const queue = uniqueName('give-back');
  const [holder, other] = [await amqp.connect(url), await amqp.connect(url)];
  try {
    const channel = await holder.createConfirmChannel();
    await channel.assertQueue(queue, { durable: false });
    for (let index = 0; index < 140_000; index += 1) channel.sendToQueue(queue, Buffer.from(String(index)));
    await channel.waitForConfirms();
    await hold(await holder.createChannel(), queue, 40_000);
    const reader = await other.createChannel();
    const first = await reader.get(queue);
    assert.ok(first);
    const next: number[] = [];
    for (let turn = 0; turn < 3; turn += 1) next.push(indexOf(await reader.get(queue)));
    const left = await reader.checkQueue(queue);
    await reader.deleteQueue(queue);
    return {
      first: indexOf(first),
      firstWasRedelivered: first.fields.redelivered,
      next,
      left: left.messageCount,
    };
  } finally {
    await Promise.all([holder.close(), other.close()]);
  }
}

/** Takes so many and gives them back at once. Resolves when the broker has heard it. */
async function hold(channel: Channel, queue: string, count: number): Promise<void> {
  await channel.prefetch(count);
  const consumerTag = 'holder';
  await new Promise<void>((resolve) => {
    let held = 0;
    const take = () => {
      held += 1;
      if (held === count) resolve();
    };
    void channel.consume(queue, take, { consumerTag });
  });
  await channel.cancel(consumerTag);
  channel.nackAll(true);
  await channel.close();
}

function indexOf(message: GetMessage | false): number {
  return message ? Number(message.content.toString()) : Number.NaN;
}
