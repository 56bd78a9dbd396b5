// One side of a queue is moved from amqplib while the other one stays: docs/from-amqplib.md.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Exchange, GenericProducer, JsonEncoder } from 'waybill';
import { QueueWorker } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

describe('beside a service on amqplib', () => {
  const stage = useStage();

  it('a worker shares its queue, takes its plain JSON, and parks what fails', async (t) => {
    const [queue, exchange] = [uniqueName('mail'), uniqueName('shop-events')];
    const theirs: unknown[] = [];
    await stage.side.onChannel(async (channel) => {
      await channel.assertExchange(exchange, 'topic', { durable: true });
      await channel.assertQueue(queue, { durable: true });
      await channel.bindQueue(queue, exchange, 'order.*');
    });
    const ours: unknown[] = [];
    const worker = new QueueWorker(
      { url: stage.url },
      { encoder: new JsonEncoder(), acceptBare: 'whole', retry: { attempts: 2, delayMs: 10 } },
    );
    worker.route(queue, { bindings: [[exchange, 'order.*']] })((order: unknown) => {
      if (order === 'bad') throw new Error('not this one');
      ours.push(order);
    });
    t.after(() => worker.close());
    await worker.run();
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(queue, { durable: true });
      await channel.prefetch(1);
      const { consumerTag } = await channel.consume(queue, (message) => {
        if (!message) return;
        theirs.push(JSON.parse(message.content.toString()));
        channel.ack(message);
      });
      for (let id = 0; id < 10; id++)
        channel.publish(exchange, 'order.placed', Buffer.from(JSON.stringify({ id })), { persistent: true });
      await until(() => theirs.length + ours.length === 10, { what: 'both share them' });
      await channel.cancel(consumerTag);
      channel.publish(exchange, 'order.placed', Buffer.from('"bad"'));
      await channel.checkQueue(queue);
    });
    assert.ok(ours.length > 0 && theirs.length > 0, `${ours.length} here, ${theirs.length} there`);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
  });

  it('a producer sends what it reads', async (t) => {
    const [queue, exchange] = [uniqueName('mail'), uniqueName('shop-events')];
    await stage.side.onChannel(async (channel) => {
      await channel.assertExchange(exchange, 'topic', { durable: true });
      await channel.assertQueue(queue, { durable: true });
      await channel.bindQueue(queue, exchange, 'order.*');
    });
    class ShopEvents extends Exchange {
      static override readonly exchangeName = exchange;
      static override readonly exchangeType = 'topic';
    }
    class Plain extends GenericProducer {
      static override readonly eks = [[ShopEvents, 'order.placed']] as const;
    }
    const plain = await stage.connect(t, Plain);
    await plain.forward(Buffer.from(JSON.stringify({ id: 7 })));
    const message = await stage.side.waitForMessage(queue);
    assert.deepEqual(JSON.parse(message.content.toString()), { id: 7 });
  });
});
