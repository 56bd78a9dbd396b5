// The other styles: their messages tell in a header who has sent them.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeliveryContext, VerifiedSender } from 'waybill';
import {
  HandlersRegistry,
  MessageConsumerRegistry,
  MessageSender,
  RabbitConsumerFactory,
} from 'waybill/registry';
import { KeyRing, QueueProducer, RpcClient } from 'waybill/workers';
import { FailedQueue, Link } from '../../../src/amqp/index.js';
import { uniqueName } from '../../support/broker.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { newApp, newQueue } from '../app/app-stage.js';
import { startQueueWorker, startRpcWorker } from '../workers/start.js';
import { keyPair, secretKey } from './keys.js';

describe('identity in other styles', () => {
  const stage = useStage();
  const keys = new KeyRing([keyPair('pair', 'Shop'), secretKey('desk', 'Desk'), secretKey('x', 'Other')]);
  const asShop = { sign: 'pair', verify: 'enforce', keys, name: 'Shop' } as const;
  const asDesk = { sign: 'desk', verify: 'enforce', keys, name: 'Desk' } as const;
  const asOther = { sign: 'x', keys, name: 'Other' } as const;
  const shop: VerifiedSender = { keyId: 'pair', name: 'Shop', userId: undefined };

  /** Sends what is parked back. */
  async function replay(queue: string): Promise<void> {
    const link = Link.acquire({ url: stage.url });
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    await new FailedQueue(link, queue).replay(() => true).finally(() => link.close());
  }

  it('workers: tasks, tried again, parked and sent back; calls and their answers', async (t) => {
    const [tasks, calls] = [uniqueName('tasks'), uniqueName('calls')];
    const seen: unknown[] = [];
    const work = (data: unknown, { identity }: DeliveryContext) => {
      seen.push([data, identity]);
      if (seen.length < 3) throw new Error('not yet');
    };
    const retry = { attempts: 2, delayMs: 10 };
    const { log } = await startQueueWorker(t, stage, tasks, work, { identity: asDesk, retry });
    await startRpcWorker(t, stage, calls, (data, { identity }) => [data, identity.name], {
      identity: asDesk,
    });
    const producer = new QueueProducer({ url: stage.url }, { identity: asShop });
    const stranger = new QueueProducer({ url: stage.url });
    const client = new RpcClient({ url: stage.url }, { identity: asShop });
    t.after(() => Promise.all([producer.close(), stranger.close(), client.close()]));
    await producer.publish(tasks, 1);
    await replay(tasks);
    await waitForLength(seen, 3);
    assert.deepEqual(seen, Array(3).fill([1, shop]));
    assert.deepEqual((await client.call(calls, 2)).unwrap(), [2, 'Shop']);
    await stranger.publish(tasks, 3);
    await stage.side.waitForDepth(`${tasks}.failed`, 1);
    assert.equal(seen.length, 3);
    assert.equal(log.fields.filter((each) => each['reason'] === 'unsigned').length, 1);
  });

  it('registry: the header that chooses the handler is covered', async (t) => {
    const queue = uniqueName('users');
    const handlers = new HandlersRegistry();
    const seen: unknown[] = [];
    class Note {}
    for (const key of ['create', 'delete'])
      handlers.register(
        key,
        Note,
      )((_note: Note, context?: DeliveryContext) => void seen.push([key, context?.identity]));
    const factory = new RabbitConsumerFactory({ url: stage.url });
    const consumers = new MessageConsumerRegistry(handlers, factory);
    t.after(() => factory.closeConnection({ timeoutMs: 0 }).catch(() => {}));
    const sender = new MessageSender('key', { url: stage.url }, { identity: asShop });
    t.after(() => sender.close());
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    await sender.send(queue, 'create', {});
    const { content, properties } = await stage.side.waitForMessage(queue);
    const { messageId, contentType } = properties;
    await consumers.register(queue, 'key', { identity: asDesk });
    await stage.side.publish('', queue, content, {
      messageId,
      contentType,
      headers: { ...properties.headers, key: 'delete' },
    });
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    await sender.send(queue, 'create', {});
    await waitForLength(seen, 1);
    assert.deepEqual(seen, [['create', shop]]);
  });

  it('app: what is not trusted takes nobody of its batch along', async (t) => {
    const queue = await newQueue(stage);
    const batches: unknown[][] = [];
    const desk = newApp(t, stage, { name: 'Desk', identity: asDesk });
    desk.app.amqp.consume(queue, { bulkSize: 3, flushIntervalMs: 500 })((messages) => {
      batches.push(messages.map(({ body, identity }) => [body, identity?.name]));
    });
    const [shopApp, other, stranger] = [asShop, asOther, undefined].map((identity) =>
      newApp(t, stage, { name: identity?.name ?? 'Shop', identity }),
    ) as [ReturnType<typeof newApp>, ReturnType<typeof newApp>, ReturnType<typeof newApp>];
    for (const [at, { connection }] of [shopApp, stranger, other].entries())
      await connection.put({ routingKey: queue, data: at });
    await desk.app.start();
    await waitForLength(batches, 1);
    assert.deepEqual(batches, [
      [
        [0, 'Shop'],
        [2, 'Other'],
      ],
    ]);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
  });

  it('a stream is read again, however old its messages are', async (t) => {
    const queue = uniqueName('stream');
    const args = { 'x-queue-type': 'stream' };
    await stage.side.onChannel((channel) => channel.assertQueue(queue, { arguments: args }));
    const producer = new QueueProducer({ url: stage.url }, { identity: asShop });
    t.after(() => producer.close());
    await producer.publish(queue, 1);
    for (const _ of [1, 2]) {
      const seen: unknown[] = [];
      const identity = { ...asDesk, windowMs: 1 };
      const note = (data: unknown, { identity }: DeliveryContext) => void seen.push([data, identity]);
      const route = { offset: 'first', arguments: args } as const;
      const { worker } = await startQueueWorker(t, stage, queue, note, { identity, route });
      await waitForLength(seen, 1);
      assert.deepEqual(seen, [[1, shop]]);
      await worker.close();
    }
  });
});
