import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isWaybillError } from 'waybill';
import type { ReceivedMessage } from 'waybill/channel';
import { uniqueName } from '../../support/broker.js';
import { atLeast } from '../../support/broker-version.js';
import { until } from '../../support/until.js';
import { connect, newChannel, useStage, waitForLength } from './channel-stage.js';

describe('queues of a plain channel', () => {
  const stage = useStage();

  it('A-C9: a queue declared without a name gets one from the broker; later an empty name means that queue', async (t) => {
    const channel = await newChannel(t, stage);
    const declared = await channel.queue.declare('', { exclusive: true });
    assert.match(declared.queue, /^amq\.gen-/);
    assert.deepEqual([declared.messageCount, declared.consumerCount], [0, 0]);
    await channel.publish('hello', { routingKey: declared.queue });
    assert.equal((await channel.get())?.body, 'hello');
    await channel.queue.bind('', 'amq.topic', 'a.*');
    await channel.publish('bound', { exchange: 'amq.topic', routingKey: 'a.b' });
    assert.equal((await channel.get())?.body, 'bound');
    await channel.queue.unbind('', 'amq.topic', 'a.*');
    await channel.publish('unbound', { exchange: 'amq.topic', routingKey: 'a.b' });
    assert.equal(await channel.get(), null);
  });

  it('A-B8: purge and delete give the number of messages; deleting a missing queue is no error', async (t) => {
    const channel = await newChannel(t, stage);
    const name = uniqueName('counted');
    await channel.queue.declare(name);
    const fill = async (): Promise<void> => {
      for (const body of ['1', '2', '3']) await channel.publish(body, { routingKey: name });
    };
    await fill();
    assert.equal(await channel.queue.purge(name), 3);
    await fill();
    assert.equal(await channel.queue.delete(name), 3);
    assert.equal(await channel.queue.delete(name), 0);
    await channel.exchange.delete(uniqueName('none'));
    assert.equal(channel.isOpen, true);
  });

  it('are durable, shared and not deleted automatically by default', async (t) => {
    const { connection } = await connect(t, stage);
    const channel = await connection.channel();
    const name = uniqueName('lasting');
    await channel.queue.declare(name);
    await channel.queue.declare(name, { durable: true, exclusive: false, autoDelete: false });
    await assert.rejects(channel.queue.declare(name, { durable: false }), { replyCode: 406 });
    const next = await connection.channel();
    await assert.rejects(
      next.queue.delete(name, { ifEmpty: true }).then(() => next.queue.declare(name, { passive: true })),
      {
        replyCode: 404,
      },
    );
  });

  it('A-C10: get() from an empty queue gives null', async (t) => {
    const channel = await newChannel(t, stage);
    await channel.queue.declare('', { exclusive: true });
    assert.equal(await channel.get(), null);
  });

  it('A-B10: a message from get() tells its exchange and routing key, and how many more messages there are', async (t) => {
    const channel = await newChannel(t, stage);
    const { queue } = await channel.queue.declare('', { exclusive: true });
    for (const body of ['1', '2']) await channel.publish(body, { routingKey: queue });
    const info = { deliveryTag: 1, redelivered: false, exchange: '', routingKey: queue, messageCount: 1 };
    assert.deepEqual((await channel.get(queue))?.deliveryInfo, info);
  });

  it('A-C11: a message from get() that was not acked comes again, marked as redelivered, when its channel is closed', async (t) => {
    const { connection } = await connect(t, stage);
    const [one, other] = [await connection.channel(), await connection.channel()];
    const name = uniqueName('again');
    await one.queue.declare(name);
    await one.publish('x', { routingKey: name });
    assert.equal((await one.get(name))?.deliveryInfo.redelivered, false);
    await one.close();
    const again = await until(() => other.get(name), { what: 'it is back' });
    assert.equal(again.deliveryInfo.redelivered, true);
    other.ack(again.deliveryInfo.deliveryTag);
    await other.close();
    assert.equal(await stage.side.depth(name), 0);
  });

  it('A-B12: reject, nack and recover give messages back to the queue, and a multiple ack removes them', async (t) => {
    const channel = await newChannel(t, stage);
    const { queue } = await channel.queue.declare('', { exclusive: true });
    for (const body of ['1', '2', '3']) await channel.publish(body, { routingKey: queue });
    const next = async (): Promise<ReceivedMessage> =>
      until(() => channel.get(queue), { what: 'there is one' });
    const first = await next();
    channel.reject(first.deliveryInfo.deliveryTag, { requeue: true });
    const [again, second] = [await next(), await next()];
    assert.deepEqual([again.body, again.deliveryInfo.redelivered], ['1', true]);
    channel.nack(second.deliveryInfo.deliveryTag, { multiple: true, requeue: true });
    await next();
    await channel.recover();
    const all = [await next(), await next(), await next()];
    assert.deepEqual(
      all.map(({ body }) => body),
      ['1', '2', '3'],
    );
    channel.ack(Number(all[2]?.deliveryInfo.deliveryTag), { multiple: true });
    assert.equal(await channel.get(queue), null);
    await channel.recover();
    assert.equal(await channel.get(queue), null);
  });

  it('a tag that the broker does not know closes the channel', async (t) => {
    const channel = await newChannel(t, stage);
    channel.ack(99);
    const reason = (await channel.closed) as { replyCode?: number; method?: string } | undefined;
    assert.deepEqual([reason?.replyCode, reason?.method], [406, 'basic.ack']);
    assert.throws(() => channel.ack(100), { name: 'ChannelError' });
  });
});

describe('consumers of a plain channel', () => {
  const stage = useStage();

  it('A-C16, S-M4: each message tells consumer and delivery tag, redelivered, exchange and routing key', async (t) => {
    const channel = await newChannel(t, stage);
    const { queue } = await channel.queue.declare('', { exclusive: true });
    const seen: ReceivedMessage[] = [];
    const consumer = await channel.consume(queue, { onMessage: (message) => seen.push(message) });
    assert.match(consumer.consumerTag, /^amq\.ctag-/);
    await channel.publish('hello', { routingKey: queue });
    await waitForLength(seen, 1);
    const { consumerTag } = consumer;
    const info = { consumerTag, deliveryTag: 1, redelivered: false, exchange: '', routingKey: queue };
    assert.deepEqual([seen[0]?.body, seen[0]?.deliveryInfo], ['hello', info]);
  });

  it('A-C12: a consumer is cancelled by its tag, and the other one goes on; wait() ends when none is left', async (t) => {
    const channel = await newChannel(t, stage);
    const [mine, other] = [uniqueName('mine'), uniqueName('other')];
    for (const name of [mine, other]) await channel.queue.declare(name);
    const seen: unknown[] = [];
    const onMessage = async ({ body, deliveryInfo }: ReceivedMessage): Promise<void> => {
      seen.push(body);
      channel.ack(deliveryInfo.deliveryTag);
      if (body === 'quit') await channel.cancel(String(deliveryInfo.consumerTag));
    };
    await channel.consume(mine, { consumerTag: 'mytag', onMessage });
    await channel.consume(other, { onMessage });
    let isOver = false;
    const waiting = channel.wait().then(() => {
      isOver = true;
    });
    await channel.publish('quit', { routingKey: mine });
    await until(() => !channel.consumers.has('mytag'), { what: 'it is cancelled' });
    await channel.publish('nobody hears', { routingKey: mine });
    await channel.publish('heard', { routingKey: other });
    await waitForLength(seen, 2);
    assert.deepEqual([seen, isOver, channel.consumers.size], [['quit', 'heard'], false, 1]);
    await channel.publish('quit', { routingKey: other });
    await waiting;
    assert.equal(await channel.queue.purge(mine), 1);
  });

  it('A-B12: share a limit of the channel by qos with global, where RabbitMQ still has it (before 4.3)', async (t) => {
    const channel = await newChannel(t, stage);
    const limited = await channel.qos(3, { global: true }).catch((thrown: unknown) => thrown);
    if (atLeast('4.3')) {
      assert.ok(isWaybillError(limited, 'CONFIGURATION'), String(limited));
      assert.match(limited.message, /Give each consumer its own, by qos\(count\)/);
      return;
    }
    const queues = [uniqueName('one'), uniqueName('other')];
    for (const queue of queues) {
      await channel.queue.declare(queue);
      for (const body of ['1', '2', '3']) await channel.publish(body, { routingKey: queue });
      await channel.consume(queue, { onMessage: () => {} });
    }
    const ready = await Promise.all(queues.map((queue) => stage.side.depth(queue)));
    assert.deepEqual(ready, [0, 3]);
  });

  it('are read in a loop, which ends when they are cancelled', async (t) => {
    const channel = await newChannel(t, stage);
    const { queue } = await channel.queue.declare('', { exclusive: true });
    for (const body of ['1', '2', 'quit', '4']) await channel.publish(body, { routingKey: queue });
    await channel.qos(1);
    const seen: unknown[] = [];
    const consumer = await channel.consume(queue);
    for await (const { body, deliveryInfo } of consumer) {
      seen.push(body);
      channel.ack(deliveryInfo.deliveryTag);
      if (body === 'quit') await consumer.cancel();
    }
    assert.deepEqual(seen.slice(0, 3), ['1', '2', 'quit']);
    await channel.wait();
  });

  it('that were left in the middle of their loop are cancelled, and give back what waits in it', async (t) => {
    const { connection } = await connect(t, stage);
    const channel = await connection.channel();
    const queue = uniqueName('left');
    await channel.queue.declare(queue);
    for (const body of ['1', '2', '3']) await channel.publish(body, { routingKey: queue });
    const consumer = await channel.consume(queue);
    for await (const { deliveryInfo } of consumer) {
      channel.ack(deliveryInfo.deliveryTag);
      await stage.side.waitForDepth(queue, 0);
      break;
    }
    await stage.side.waitForDepth(queue, 2);
    assert.deepEqual([channel.isOpen, channel.consumers.size], [true, 0]);
  });

  it('end their loop when the broker cancels them, and throw into it when it closes the channel', async (t) => {
    const { connection } = await connect(t, stage);
    const channel = await connection.channel();
    const queue = uniqueName('deleted');
    await channel.queue.declare(queue);
    const read = async (): Promise<void> => {
      for await (const _message of await channel.consume(queue));
    };
    const reading = read();
    await stage.side.waitForConsumers(queue, 1);
    await stage.side.onChannel((side) => side.deleteQueue(queue));
    await reading;
    await channel.queue.declare(queue);
    const failing = read();
    await stage.side.waitForConsumers(queue, 1);
    const waiting = channel.wait();
    channel.ack(99);
    await assert.rejects(failing, { name: 'ChannelError', method: 'basic.ack' });
    await assert.rejects(waiting, { name: 'ChannelError' });
  });

  it('S-s20: a callback that throws before the consumer has its tag is told with the tag', async (t) => {
    const { connection, log } = await connect(t, stage);
    const channel = await connection.channel();
    const { queue } = await channel.queue.declare('', { exclusive: true });
    await channel.publish('there already', { routingKey: queue });
    const onMessage = (): void => {
      throw new Error('planned by a test');
    };
    await channel.consume(queue, { noAck: true, consumerTag: 'mine', onMessage });
    await waitForLength(log.errors, 1);
    assert.match(String(log.errors[0]), /callback of consumer 'mine' failed/);
  });

  it('go on when their callback throws, and the log has the error', async (t) => {
    const { connection, log } = await connect(t, stage);
    const channel = await connection.channel();
    const { queue } = await channel.queue.declare('', { exclusive: true });
    const seen: unknown[] = [];
    const onMessage = ({ body }: ReceivedMessage): void => {
      seen.push(body);
      throw new Error('planned by a test');
    };
    await channel.consume(queue, { noAck: true, onMessage });
    for (const body of ['1', '2']) await channel.publish(body, { routingKey: queue });
    await waitForLength(seen, 2);
    await waitForLength(log.errors, 2);
    assert.match(String(log.errors[0]), /callback of consumer .* failed: Error: planned by a test/);
    assert.equal(channel.isOpen, true);
  });

  it('may consume from a queue exclusively', async (t) => {
    const { connection } = await connect(t, stage);
    const [one, other] = [await connection.channel(), await connection.channel()];
    const queue = uniqueName('mine');
    await one.queue.declare(queue);
    await one.consume(queue, { exclusive: true });
    await assert.rejects(other.consume(queue), { replyCode: 403, method: 'basic.consume' });
    assert.equal(one.isOpen, true);
  });
});
