// What the broker is told when a queue is consumed: priority, alone or not, where to begin in a stream.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type ConsumerArguments, isWaybillError } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { bodyOf, styles } from './consumer-arguments.js';
import { rejection } from './fixture.js';

const classic = { 'x-queue-type': 'classic' };

describe('what a consumer tells the broker', () => {
  const stage = useStage();

  for (const [style, start] of Object.entries(styles)) {
    /** Declares a queue, and gives what fills it and what starts the style on it. */
    async function given(t: TestContext, declared: Readonly<Record<string, unknown>> = classic) {
      const queue = uniqueName('queue');
      await stage.side.onChannel((channel) => channel.assertQueue(queue, { arguments: declared }));
      const log = recordingLog();
      const numbers: number[] = [];
      const seen = (number: number): void => void numbers.push(number);
      const send = async (from: number, to: number): Promise<void> => {
        const headers = { task_name: 'read' };
        for (let number = from; number < to; number++) {
          const messageId = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
          await stage.side.publish('', queue, bodyOf(number, style), { headers, messageId });
        }
      };
      const begin = (args: ConsumerArguments, url = stage.url) =>
        start(t, { url, log, queue, declared, args, seen });
      return { queue, log, numbers, send, begin };
    }

    /** Takes from a queue beside the style; gives how many came. */
    async function takeBeside(t: TestContext, queue: string): Promise<unknown[]> {
      const channel = await stage.side.connection.createChannel();
      t.after(() => channel.close());
      const taken: unknown[] = [];
      await channel.consume(queue, (message) => taken.push(message), { noAck: true });
      return taken;
    }

    for (const [priority, whose] of [
      [5, 'ours'],
      [-5, 'theirs'],
    ] as const)
      it(`T-C4: the priority of ${style}: at ${priority} what comes is ${whose}`, async (t) => {
        const { queue, numbers, send, begin } = await given(t);
        const theirs = await takeBeside(t, queue);
        await begin({ priority });
        await stage.side.waitForConsumers(queue, 2);
        await send(0, 5);
        await until(() => numbers.length + theirs.length >= 5, { what: 'all have come' });
        assert.deepEqual([numbers.length, theirs.length], priority > 0 ? [5, 0] : [0, 5]);
      });

    it(`T-C4: ${style} that is alone: others are refused, also after a cut`, async (t) => {
      const { queue, log, numbers, send, begin } = await given(t);
      const proxy = await TcpProxy.forUrl(stage.url);
      t.after(() => proxy.close());
      await begin({ exclusive: true }, proxy.urlFor(stage.url));
      const isRefused = async (): Promise<boolean> => {
        const error = await rejection(
          stage.side.onChannel((channel) => channel.consume(queue, () => {}, { noAck: true })),
        );
        return (error as { readonly code?: unknown } | undefined)?.code === 403;
      };
      await stage.side.waitForConsumers(queue, 1);
      assert.ok(await isRefused());
      await send(0, 1);
      await waitForLength(numbers, 1);
      proxy.cut();
      await until(() => log.warnings.some((line) => line.includes(': connected after ')), {
        what: 'it is back',
      });
      await send(1, 2);
      await waitForLength(numbers, 2);
      assert.ok(await isRefused());
    });

    it(`T-C4: ${style} that shall be alone where somebody is already`, async (t) => {
      const { queue, numbers, send, begin } = await given(t);
      const channel = await stage.side.connection.createChannel();
      const { consumerTag } = await channel.consume(queue, () => {});
      if (style === 'an app') {
        // It waits for queues that are not there yet, and for this one.
        const app = await begin({ exclusive: true });
        assert.equal((await app.health()).ok, false);
        await channel.cancel(consumerTag);
        await send(0, 1);
        await waitForLength(numbers, 1);
      } else {
        const error = await rejection(begin({ exclusive: true }));
        assert.ok(isWaybillError(error, 'TOPOLOGY_REFUSED'), String(error));
        assert.ok(error.message.includes(`'${queue}'`), error.message);
        assert.match(error.message, /exclusive/);
      }
      await channel.close();
    });

    it(`T-B10, T-C4: where ${style} begins in a stream, which is well`, async (t) => {
      const { numbers, send, begin } = await given(t, { 'x-queue-type': 'stream' });
      await send(0, 10);
      const reading = await begin({ offset: 7 });
      await send(10, 12);
      await waitForLength(numbers, 5);
      assert.deepEqual(numbers, [7, 8, 9, 10, 11]);
      await until(async () => (await reading.health()).ok, { what: 'it is well' });
    });

    const odd: readonly ConsumerArguments[] = [
      { priority: 0.5 },
      { priority: 2 ** 31 },
      { priority: '5' as unknown as number },
      { exclusive: 1 as unknown as boolean },
      { offset: -1 },
      { offset: 'begin' as 'first' },
      { offset: new Date('soon') },
      { offset: '1w' as '1h' },
    ];
    it(`T-C4: what ${style} cannot tell is refused by its name, before the broker hears of it`, async (t) => {
      const { begin } = await given(t);
      for (const args of odd) {
        const error = await rejection((async () => await begin(args))());
        assert.ok(isWaybillError(error, 'CONFIGURATION'), `${JSON.stringify(args)}: ${error}`);
        assert.ok(error.message.includes(`${Object.keys(args)[0]} must be`), error.message);
      }
    });
  }

  for (const type of ['quorum', 'stream'])
    it(`T-C4: alone with a ${type}, where RabbitMQ would pass over it, is refused`, async (t) => {
      const queue = uniqueName(type);
      const declared = { 'x-queue-type': type };
      const how = { url: stage.url, log: recordingLog(), queue, declared, args: { exclusive: true } };
      for (const [style, start] of Object.entries(styles)) {
        // An app declares nothing, and so does not know.
        if (style === 'an app') continue;
        const error = await rejection(start(t, { ...how, seen: () => {} }));
        assert.ok(isWaybillError(error, 'CONFIGURATION'), `${style}: ${error}`);
        assert.ok(error.message.includes(`'${queue}'`) && error.message.includes("leave 'exclusive' out"));
      }
    });

  it('T-C4: a consumer that is alone goes on alone with a fresh channel', async (t) => {
    // It changes channels, from RabbitMQ 4.3 on, for a message that says that it came back so often.
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    const headers = { 'x-delivery-count': 5 };
    for (let number = 0; number < 60; number++)
      await stage.side.publish('', queue, String(number), number === 25 ? { headers } : {});
    await giveBack(queue, 60);
    const [log, numbers] = [recordingLog(), [] as number[]];
    const how = { url: stage.url, log, queue, declared: {}, args: { exclusive: true } };
    const start = styles['a worker'];
    assert.ok(start);
    const consumer = await start(t, { ...how, seen: (number) => void numbers.push(number) });
    await waitForLength(numbers, 60);
    assert.deepEqual(
      numbers.toSorted((a, b) => a - b),
      Array.from({ length: 60 }, (_, number) => number),
    );
    assert.deepEqual([...log.errors, ...log.warnings], []);
    await until(async () => (await consumer.health()).ok, { what: 'it is well' });
  });

  /** Takes the first messages and gives them back: they are redelivered then. */
  async function giveBack(queue: string, count: number): Promise<void> {
    await stage.side.onChannel(async (channel) => {
      for (let number = 0; number < count; number++) assert.ok(await channel.get(queue));
      channel.nackAll(true);
    });
  }
});
