// Components of every style tell what they are and do, to whoever asks, and nothing before.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  GenericProducer,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
  RpcCommand,
  RpcHandler,
  silentLogger,
} from 'waybill';
import { AmqpConnection, App } from 'waybill/app';
import type { Network } from 'waybill/network';
import { RabbitConsumer } from 'waybill/registry';
import { QueueProducer, QueueWorker } from 'waybill/workers';
import { Gate } from '../../support/stage/gate.js';
import { openNetwork, soon, untilKnown } from '../../support/stage/networked.js';
import { useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

describe('the network of components', () => {
  const stage = useStage();

  it('tells who is there, what it handles, what it has done and for whom', async (t) => {
    const place = await stage.place();
    class Desk extends MessageProcessor {
      static override readonly onFailure = 'reject';
      @MessageHandler('command', 'order')
      order({ parameters: id }: Content<number>) {
        if (id === 13) throw new RangeError('thirteen is not sold, says amqp://me:secret@host');
      }

      @RpcHandler('command', 'price')
      price() {
        return 4;
      }
    }
    class Shop extends GenericProducer {
      static override readonly eks = place.eks;
      build_message_order(id: number) {
        return new MessageCommand('order', id);
      }
      build_rpc_price() {
        return new RpcCommand<number>('price');
      }
    }
    await stage.start(t, Desk, place, soon);
    const shop = await stage.connect(t, Shop, { fingerprint: { name: 'Shop', version: '7' } });
    for (const id of [1, 2, 13]) await shop.message_order(id);
    assert.equal((await shop.rpc_price()).unwrap(), 4);

    const network = await openNetwork(t, stage);
    await untilKnown(network, 'Desk');
    const [info] = (await network.ask('info', { to: { name: 'Desk' } })).answers;
    assert.equal(info?.node.pid, process.pid);
    const [facts] = info?.components ?? [];
    assert.equal(facts?.style, 'messaging');
    assert.deepEqual(facts?.handles, ['message command order', 'rpc command price']);
    assert.deepEqual(facts?.queues, [
      { queue: place.queue, prefetch: 100, concurrency: 1, active: true, paused: false },
    ]);

    await until(async () => (await statsOf(network, 'Desk'))?.done === 4, { what: 'all are counted' });
    const stats = await statsOf(network, 'Desk');
    assert.equal(stats?.failed, 1);
    assert.equal(stats?.ok, true);
    const failing = stats?.handlers.find(({ failed }) => failed > 0);
    assert.equal(failing?.lastError?.code, 'RangeError');
    assert.equal(failing?.lastError?.message, 'thirteen is not sold, says amqp://me:***@host');

    const [asked] = (await network.ask('senders', { to: { name: 'Desk' } })).answers;
    const senders = asked?.components[0]?.senders.map(({ lastAt: _, ...each }) => each);
    assert.deepEqual(senders, [
      { sender: 'Shop', version: '7', message: 'order', count: 3, failed: 1 },
      { sender: 'Shop', version: '7', message: 'price', count: 1, failed: 0 },
    ]);
    const [health] = (await network.ask('health', { to: { name: 'Desk' } })).answers;
    assert.equal(health?.components[0]?.ok, true);
  });

  it('names the message whose handler runs, and since when', async (t) => {
    const place = await stage.place();
    const gate = new Gate();
    class Slow extends MessageProcessor {
      @MessageHandler('command', 'wait')
      async wait() {
        await gate.opened;
      }
    }
    class Sender extends GenericProducer {
      static override readonly eks = place.eks;
      build_message_wait() {
        return new MessageCommand('wait', null);
      }
    }
    t.after(() => gate.open());
    await stage.start(t, Slow, place, soon);
    const sender = await stage.connect(t, Sender);
    await sender.with({ messageId: 'the one that hangs' }).message_wait();
    const network = await openNetwork(t, stage);
    await untilKnown(network, 'Slow');
    await until(
      async () => {
        const [answer] = (await network.ask('inflight', { to: { name: 'Slow' } })).answers;
        return answer?.components[0]?.runs[0]?.messageId === 'the one that hangs';
      },
      { what: 'the run is told' },
    );
    assert.equal((await statsOf(network, 'Slow'))?.inflight, 1);
  });

  it('knows workers, registries and apps as well', async (t) => {
    const queues = [await stage.place(), await stage.place(), await stage.place()].map(({ queue }) => queue);
    const [tasks = '', keyed = '', batched = ''] = queues;
    const link = { url: stage.url, ...soon };
    const worker = new QueueWorker(link, { name: 'Tasks' });
    worker.route(`${tasks}.own`)(() => {});
    t.after(() => worker.close());
    await worker.run();
    const consumer = new RabbitConsumer(link, 'key', {});
    t.after(() => consumer.disconnect());
    await consumer.connect();
    await consumer.consume(`${keyed}.own`, () => async () => {});
    const app = new App({ name: 'Batches', connections: [new AmqpConnection({ ...link, name: 'only' })] });
    app.amqp.consume(batched)(() => {});
    t.after(() => app.close());
    await app.start();

    const network = await openNetwork(t, stage);
    for (const name of ['Tasks', 'RabbitConsumer', 'Batches']) await untilKnown(network, name);
    const styles = new Map<string, string>();
    for (const { components } of (await network.ask('info')).answers)
      for (const { name, style } of components) styles.set(name, style);
    assert.deepEqual(
      ['Tasks', 'RabbitConsumer', 'Batches'].map((name) => styles.get(name)),
      ['workers', 'registry', 'app'],
    );
    const producer = new QueueProducer(link);
    t.after(() => producer.close());
    await producer.publish(`${tasks}.own`, { n: 1 });
    await until(async () => (await statsOf(network, 'Tasks'))?.done === 1, { what: 'the task is counted' });
    await stage.side.publish('', batched, '1');
    await until(async () => (await statsOf(network, 'Batches'))?.done === 1, {
      what: 'the batch is counted',
    });
  });

  it('answers nothing that is no question, and no address that is no queue', async (t) => {
    const place = await stage.place();
    class Quiet extends MessageProcessor {}
    const { log } = await stage.start(t, Quiet, place, soon);
    const network = await openNetwork(t, stage);
    await untilKnown(network, 'Quiet');
    const { side } = stage;
    const strange = [
      'all',
      'all.',
      'all.__proto__',
      'all.constructor',
      'name.Quiet.toString',
      'all.info.more',
    ];
    for (const key of strange)
      await side.publish('waybill.control', key, '{"ref":{}}', { replyTo: place.queue });
    for (const body of ['', 'null', '[]', '{', '"text"', '{"__proto__":{"x":1}}']) {
      const replyTo = 'amq.rabbitmq.reply-to.forged';
      await side.publish('waybill.control', 'all.info', body, { replyTo });
    }
    const business = await stage.place();
    await side.publish('waybill.control', 'all.info', '{}', { replyTo: business.queue });
    await untilKnown(network, 'Quiet');
    assert.equal(await side.depth(business.queue), 0);
    assert.deepEqual(log.errors, []);
    assert.deepEqual(log.warnings, []);
  });

  it('is left and joined again over one link, and answers once', async (t) => {
    class Comes extends MessageProcessor {}
    const network = await openNetwork(t, stage);
    for (let round = 0; round < 5; round++) {
      const { processor, log } = await stage.start(t, Comes, await stage.place(), soon);
      await untilKnown(network, 'Comes');
      const [answer] = (await network.ask('ping', { to: { name: 'Comes' } })).answers;
      assert.equal(answer?.components.length, 1);
      await processor.drain();
      assert.deepEqual(log.warnings, []);
    }
  });

  it('takes nobody for silent who has ended in a process that goes on', async (t) => {
    class Stays extends MessageProcessor {}
    class Ends extends MessageProcessor {}
    const shared = { logger: silentLogger, ...soon };
    await stage.start(t, Stays, await stage.place(), shared);
    const { processor } = await stage.start(t, Ends, await stage.place(), shared);
    const network = await openNetwork(t, stage);
    for (const name of ['Stays', 'Ends']) await untilKnown(network, name);
    await processor.drain();
    const { answers, silent, missing } = await network.ask('info', { to: { name: 'Ends' } });
    assert.deepEqual([answers, silent, missing], [[], [], []]);
    assert.deepEqual((await network.ask('info')).silent, []);
    await untilKnown(network, 'Stays');
  });

  it('is not joined by who does not want that', async (t) => {
    const place = await stage.place();
    class Hidden extends MessageProcessor {}
    await stage.start(t, Hidden, place, { network: false });
    class Seen extends MessageProcessor {}
    await stage.start(t, Seen, await stage.place(), soon);
    const network = await openNetwork(t, stage);
    await untilKnown(network, 'Seen');
    assert.deepEqual((await network.ask('ping', { to: { name: 'Hidden' } })).answers, []);
  });
});

async function statsOf(network: Network, name: string) {
  const { answers } = await network.ask('stats', { to: { name } });
  return answers.flatMap(({ components }) => components)[0];
}
