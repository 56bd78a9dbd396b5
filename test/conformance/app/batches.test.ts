import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AmqpMessage } from 'waybill/app';
import { until } from '../../support/until.js';
import { fill, newApp, newQueue, numbers, useStage, waitForLength } from './app-stage.js';

const bodies = (messages: readonly AmqpMessage[]): unknown[] => messages.map(({ body }) => body);

describe('batches of an app', () => {
  const stage = useStage();

  it('AW-C1: one message is a batch of one, its body parsed, and it is acked', async (t) => {
    const queue = await newQueue(stage);
    const { app, log } = newApp(t, stage);
    const batches: unknown[] = [];
    app.amqp.consume([queue])(async (messages) => {
      batches.push(bodies(messages));
    });
    await app.start();
    await fill(stage, queue, [{ dog: 'Xablau' }]);
    await waitForLength(batches, 1);
    assert.deepEqual(batches, [[{ dog: 'Xablau' }]]);
    await app.close();
    assert.deepEqual(await stage.side.look(queue), { messages: 0, consumers: 0 });
    assert.deepEqual([...log.errors, ...log.warnings], []);
  });

  it('AW-C2: seven messages are two batches of three, in order; the seventh waits, unacked, and goes back at the end', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage);
    const batches: unknown[] = [];
    app.amqp.consume(queue, { bulkSize: 3, flushIntervalMs: 600_000 })((messages) =>
      batches.push(bodies(messages)),
    );
    await fill(stage, queue, numbers(7));
    await app.start();
    await waitForLength(batches, 2);
    assert.deepEqual(batches, [
      [0, 1, 2],
      [3, 4, 5],
    ]);
    await stage.side.waitForDepth(queue, 0);
    await app.close();
    assert.equal(batches.length, 2);
    assert.equal(await stage.side.depth(queue), 1);
  });

  it('AW-C3: a batch that does not fill goes out when its oldest message has waited long enough', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage);
    const batches: unknown[] = [];
    app.amqp.consume(queue, { bulkSize: 3, flushIntervalMs: 300 })((messages) =>
      batches.push(bodies(messages)),
    );
    await fill(stage, queue, numbers(7));
    await app.start();
    await waitForLength(batches, 3);
    assert.deepEqual(batches.at(-1), [6]);
    await fill(stage, queue, ['late', 'later']);
    await waitForLength(batches, 4);
    assert.deepEqual(batches.slice(3).flat(), ['late', 'later']);
    await app.close();
    assert.equal(await stage.side.depth(queue), 0);
  });

  it('AW-C4: a batch is never larger than the prefetch, so it always fills', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage, { connection: { prefetch: 4 } });
    const batches: unknown[] = [];
    app.amqp.consume(queue, { bulkSize: 100, flushIntervalMs: 600_000 })((messages) =>
      batches.push(bodies(messages)),
    );
    await fill(stage, queue, numbers(8));
    await app.start();
    await waitForLength(batches, 2);
    assert.deepEqual(batches, [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
  });

  it('AW-C5: nothing to flush is no batch', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage);
    const batches: unknown[] = [];
    app.amqp.consume(queue, { bulkSize: 2, flushIntervalMs: 20 })((messages) =>
      batches.push(bodies(messages)),
    );
    await app.start();
    await fill(stage, queue, ['first']);
    await waitForLength(batches, 1);
    const before = performance.now();
    await until(() => performance.now() - before > 200, { what: 'ten intervals have passed' });
    await fill(stage, queue, ['second']);
    await waitForLength(batches, 2);
    assert.deepEqual(batches, [['first'], ['second']]);
  });

  it('AW-C14: two queues of one route have one batch', async (t) => {
    const [one, two] = [await newQueue(stage), await newQueue(stage)];
    const { app } = newApp(t, stage);
    const batches: AmqpMessage[][] = [];
    app.amqp.consume([one, two], { bulkSize: 2, flushIntervalMs: 600_000 })((messages) => {
      batches.push([...messages]);
    });
    await fill(stage, one, ['one']);
    await app.start();
    await stage.side.waitForDepth(one, 0);
    assert.deepEqual(batches, []);
    await fill(stage, two, ['two']);
    await waitForLength(batches, 1);
    assert.deepEqual(
      batches.flat().map(({ queue, body }) => [queue, body]),
      [
        [one, 'one'],
        [two, 'two'],
      ],
    );
    await app.close();
    assert.deepEqual([await stage.side.depth(one), await stage.side.depth(two)], [0, 0]);
  });

  it('AW-X8: the same handler may stand on two routes', async (t) => {
    const [one, two] = [await newQueue(stage), await newQueue(stage)];
    const { app } = newApp(t, stage);
    const seen: unknown[] = [];
    const handler = (messages: readonly AmqpMessage[]): void => void seen.push(...bodies(messages));
    app.amqp.consume(one)(handler);
    app.amqp.consume(two, { bulkSize: 2, flushIntervalMs: 10 })(handler);
    await app.start();
    await fill(stage, one, ['one']);
    await fill(stage, two, ['two']);
    await waitForLength(seen, 2);
    assert.deepEqual(seen.sort(), ['one', 'two']);
  });

  it('runs as many batches at once as concurrency says; by default as the prefetch allows', async (t) => {
    for (const concurrency of [1, 2, undefined]) {
      const queue = await newQueue(stage);
      const { app } = newApp(t, stage, { connection: { prefetch: 6 } });
      let running = 0;
      let most = 0;
      const seen: unknown[] = [];
      app.amqp.consume(queue, { bulkSize: 2, concurrency })(async (messages) => {
        most = Math.max(most, ++running);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        seen.push(...bodies(messages));
        running--;
      });
      await fill(stage, queue, numbers(24));
      await app.start();
      await waitForLength(seen, 24);
      assert.equal(most, concurrency ?? 3);
      if (concurrency === 1) assert.deepEqual(seen, numbers(24));
    }
  });

  it('AW-C46: ASYNCWORKER_FLUSH_TIMEOUT counts, in seconds, where the route does not say otherwise', async (t) => {
    process.env['ASYNCWORKER_FLUSH_TIMEOUT'] = '0.05';
    t.after(() => delete process.env['ASYNCWORKER_FLUSH_TIMEOUT']);
    const [quick, slow] = [await newQueue(stage), await newQueue(stage)];
    const { app } = newApp(t, stage);
    const batches: unknown[] = [];
    app.amqp.consume(quick, { bulkSize: 2 })((messages) => batches.push(bodies(messages)));
    app.amqp.consume(slow, { bulkSize: 2, flushIntervalMs: 600_000 })((messages) =>
      batches.push(bodies(messages)),
    );
    await app.start();
    await fill(stage, slow, ['slow']);
    await fill(stage, quick, ['quick']);
    await waitForLength(batches, 1);
    assert.deepEqual(batches, [['quick']]);
    await app.close();
    assert.equal(await stage.side.depth(slow), 1);
  });
});
