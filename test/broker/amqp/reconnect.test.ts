// How a link comes back. What a single consumer goes through is in test/faults/matrix.test.ts.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { Exchange, GenericProducer, isWaybillError, MessageProcessor } from 'waybill';
import { brokerUrl, sideChannel, suiteOwner, uniqueName } from '../../support/broker.js';
import { FrameTap } from '../../support/frame-tap.js';
import { freePort } from '../../support/free-port.js';
import type { SideChannel } from '../../support/side-channel.js';
import { recordingLog } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { ownLink, rejection, toQueue } from './fixture.js';

class Echoing extends MessageProcessor {
  readonly seen: unknown[] = [];
}
Echoing.handle('command', 'say', function ({ parameters }: { readonly parameters: unknown }) {
  this.seen.push(parameters);
});

class Speaker extends GenericProducer {}

/** A component whose exchange, queue and binding go away with its connection, and a producer for it. */
async function startPair(t: TestContext, url: string) {
  const exchangeName = uniqueName('exchange');
  class Fleeting extends Exchange {
    static override readonly exchangeName = exchangeName;
    static override readonly autoDelete = true;
    static override readonly durable = false;
  }
  const queue = { name: uniqueName('queue'), flags: { exclusive: true, durable: false } };
  const log = recordingLog();
  const processor = new Echoing({ url, logger: log, eqks: [[Fleeting, [[queue, 'key']]]] });
  const speaker = new Speaker({ url, logger: log });
  t.after(() => Promise.all([processor.close(), speaker.close()]));
  await processor.start();
  await speaker.open();
  const say = speaker.with({ eks: [[Fleeting, 'key']] });
  return { processor, log, say: (what: unknown) => say.command('say', what) };
}

async function inFront(t: TestContext): Promise<TcpProxy> {
  const proxy = await TcpProxy.forUrl(brokerUrl());
  t.after(() => proxy.close());
  return proxy;
}

/** Cuts each new connection when so many bytes have passed, in both directions together; the first `times` of them. */
function cutAfter(proxy: TcpProxy, bytes: number, times: number): { readonly cut: ReadonlySet<number> } {
  const passed = new Map<number, number>();
  const cut = new Set<number>();
  const earlier = proxy.accepted;
  proxy.onPassing = ({ connection, chunk }) => {
    const total = (passed.get(connection) ?? 0) + chunk.length;
    passed.set(connection, total);
    if (connection <= earlier || total < bytes || cut.size >= times || cut.has(connection)) return;
    cut.add(connection);
    proxy.cut();
  };
  return { cut };
}

describe('a list of addresses', () => {
  it('is tried in turn at the first connect and at each reconnect; topology and consumers are set up again', async (t) => {
    const [one, two] = [await inFront(t), await inFront(t)];
    const nobody = `amqp://127.0.0.1:${await freePort()}`;
    const url = [nobody, one.urlFor(brokerUrl()), two.urlFor(brokerUrl())].join(',');
    const { processor, say } = await startPair(t, url);
    await say('by one');
    assert.deepEqual([one.open, two.open], [2, 0]);
    one.refuse();
    one.cut();
    await sayUntilHeard('by two');
    assert.deepEqual([one.open, two.open], [0, 2]);
    await one.pass();
    two.refuse();
    two.cut();
    await sayUntilHeard('by one again');
    assert.deepEqual([one.open, two.open], [2, 0]);

    /** The queue is exclusive: until its owner is back, a message to it is returned. */
    async function sayUntilHeard(what: string): Promise<void> {
      await until(() => say(what).then(() => true), { what: `${what} is routed`, limitMs: 10_000 });
      await until(() => processor.seen.includes(what), { what: `${what} is heard` });
    }
  });

  it('skips an address that accepts the connection and stays silent', async (t) => {
    const [silent, good] = [await inFront(t), await inFront(t)];
    silent.stall();
    const url = [silent.urlFor(brokerUrl()), good.urlFor(brokerUrl())].join(',');
    const link = ownLink(t, url, { connectTimeoutMs: 300 });
    await link.openPublishing();
    assert.equal(good.open, 1);
  });
});

describe('a connection that is lost while it is set up', () => {
  const owner = suiteOwner();
  let side: SideChannel;
  before(async () => {
    side = await sideChannel(owner);
  });

  /** In bytes, both directions together: from the first one to the last of what is declared. */
  const lengths = Array.from({ length: 20 }, (_, index) => 1 + index * 55);

  it(`makes the first connect fail soon, wherever it is cut (${lengths.length} places)`, async (t) => {
    const outcomes = { failed: 0, connected: 0 };
    for (const length of lengths) {
      const proxy = await inFront(t);
      cutAfter(proxy, length, 1);
      const queue = { name: uniqueName('queue'), flags: { exclusive: true } };
      const options = { url: proxy.urlFor(brokerUrl()), logger: recordingLog() };
      const processor = new Echoing({ ...options, eqks: [[Exchange, [[queue, queue.name]]]] });
      const error = await rejection(processor.start());
      if (error === undefined) outcomes.connected++;
      else {
        assert.ok(isWaybillError(error), `${length}: ${String(error)}`);
        assert.ok(['CONNECT_FAILED', 'CONNECTION_LOST'].includes(error.code), `${length}: ${error.message}`);
        outcomes.failed++;
      }
      await processor.close();
      await until(() => proxy.open === 0, { what: `nothing is left of it (${length})` });
    }
    t.diagnostic(`${outcomes.failed} failed, ${outcomes.connected} connected`);
    assert.ok(outcomes.failed > 5 && outcomes.connected > 0, 'the lengths are not those of a set-up');
  });

  it(`is set up again after a reconnect, wherever it is cut (${lengths.length} places, twice each)`, async (t) => {
    const queue = uniqueName('queue');
    await side.onChannel((channel) => channel.assertQueue(queue, { expires: 60_000 }));
    let cuts = 0;
    for (const length of lengths) {
      const proxy = await inFront(t);
      const processor = new Echoing({
        url: proxy.urlFor(brokerUrl()),
        logger: recordingLog(),
        eqks: [[Exchange, [[{ name: queue, flags: { arguments: { 'x-expires': 60_000 } } }, queue]]]],
      });
      await processor.start();
      const { cut } = cutAfter(proxy, length, 2);
      proxy.cut();
      const what = `it is well again (${length})`;
      await until(async () => (await processor.health()).ok, { what, limitMs: 10_000 });
      assert.deepEqual(await side.look(queue), { messages: 0, consumers: 1 });
      cuts += cut.size;
      await processor.close();
    }
    t.diagnostic(`${cuts} cuts`);
    assert.ok(cuts > lengths.length / 2, 'the lengths are not those of a set-up');
  });
});

describe('a channel that the broker closes', () => {
  const owner = suiteOwner();
  let side: SideChannel;
  before(async () => {
    side = await sideChannel(owner);
  });

  it('is opened again by itself: both connections, and the other channels, stay', async (t) => {
    const tap = await FrameTap.forUrl(brokerUrl());
    t.after(() => tap.close());
    const link = ownLink(t, tap.url);
    const queues = [uniqueName('one'), uniqueName('two')] as const;
    for (const queue of queues) {
      await side.onChannel((channel) => channel.assertQueue(queue, { expires: 60_000 }));
    }
    const seen: string[] = [];
    const consumer = await link.openConsumer((delivery) => {
      seen.push(delivery.content.toString());
      delivery.ack();
    });
    t.after(async () => void (await consumer.drain({ timeoutMs: 1_000 })));
    for (const queue of queues) await consumer.consume(queue);
    await link.publish(toQueue(queues[0], 'before'));
    const count = () => ({
      connections: tap.of('connection.open').length,
      channels: tap.of('channel.open').length,
      consumers: tap.of('basic.consume').length,
    });
    const { connections, channels, consumers } = count();
    assert.equal(connections, 2);
    const refused = await rejection(link.publish(toQueue('', 'x', { exchange: uniqueName('missing') })));
    assert.ok(isWaybillError(refused, 'PUBLISH_REFUSED'), String(refused));
    await link.publish(toQueue(queues[1], 'after'));
    await until(() => seen.length === 2, { what: 'both have come' });
    assert.equal(count().connections, connections, 'no connection was made');
    assert.equal(count().consumers, consumers, 'no consumer was disturbed');
    assert.ok(count().channels > channels, 'the channel of the publisher was opened again');
    assert.equal((await link.health()).ok, true);
  });
});
