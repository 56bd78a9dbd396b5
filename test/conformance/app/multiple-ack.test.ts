import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AmqpRouteOptions } from 'waybill/app';
import { FrameTap } from '../../support/frame-tap.js';
import { fill, newApp, newQueue, numbers, useStage, waitForLength } from './app-stage.js';

describe('a batch of 1,000 with a prefetch of 1,000', () => {
  const stage = useStage();

  async function framesFor(
    t: Parameters<typeof newApp>[0],
    options: AmqpRouteOptions,
    batches: number,
  ): Promise<FrameTap> {
    const tap = await FrameTap.forUrl(stage.url);
    t.after(() => tap.close());
    const queue = await newQueue(stage);
    await fill(stage, queue, numbers(1_000 * batches));
    const { app } = newApp(t, tap, { connection: { prefetch: 1_000 } });
    const sizes: number[] = [];
    app.amqp.consume(queue, { bulkSize: 1_000, ...options })((messages) => sizes.push(messages.length));
    await app.start();
    await waitForLength(sizes, batches);
    await app.close();
    assert.deepEqual(sizes, new Array(batches).fill(1_000));
    assert.equal(await stage.side.depth(queue), 0);
    return tap;
  }

  it('is settled with one multiple ack where all its messages end alike', async (t) => {
    const tap = await framesFor(t, {}, 1);
    assert.deepEqual(tap.of('basic.ack'), [{ deliveryTag: 1_000, multiple: true }]);
    assert.deepEqual([tap.of('basic.reject'), tap.of('basic.nack')], [[], []]);
  });

  it('is settled so each time, three batches with three acks', async (t) => {
    const tap = await framesFor(t, {}, 3);
    assert.deepEqual(
      tap.of('basic.ack'),
      [1, 2, 3].map((nth) => ({ deliveryTag: nth * 1_000, multiple: true })),
    );
  });
});
