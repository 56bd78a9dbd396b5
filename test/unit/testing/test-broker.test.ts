import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import amqp, { type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { TestBroker, type TestBrokerOptions } from '../../../src/testing/index.js';
import { until } from '../../support/until.js';

interface Client {
  readonly connection: ChannelModel;
  readonly channel: ConfirmChannel;
  /** What closed the channel or connection, or came from the broker unasked. */
  readonly seen: string[];
}

async function start(t: TestContext, options?: TestBrokerOptions): Promise<TestBroker> {
  const broker = await TestBroker.start(options);
  t.after(() => broker.close());
  return broker;
}

async function client(t: TestContext, broker: TestBroker, name = 'client'): Promise<Client> {
  const clientProperties = { connection_name: name };
  const connection = await amqp.connect(broker.url, { noDelay: true, clientProperties });
  t.after(() => connection.close().catch(() => undefined));
  const seen: string[] = [];
  connection.on('error', (error: Error) => seen.push(error.message));
  connection.on('close', () => seen.push('connection closed'));
  connection.on('blocked', (reason) => seen.push(`blocked: ${reason}`));
  connection.on('unblocked', () => seen.push('unblocked'));
  const channel = await connection.createConfirmChannel();
  channel.on('error', (error: Error) => seen.push(error.message));
  channel.on('return', (message) => seen.push(`returned ${message.content}`));
  return { connection, channel, seen };
}

/** Publishes and resolves with what the broker says to it. */
function put(channel: ConfirmChannel, queue: string, text: string): Promise<'ack' | 'nack'> {
  return new Promise((resolve) => {
    channel.sendToQueue(queue, Buffer.from(text), { persistent: true }, (error) =>
      resolve(error ? 'nack' : 'ack'),
    );
  });
}

async function consume(channel: ConfirmChannel, queue: string): Promise<(ConsumeMessage | null)[]> {
  const taken: (ConsumeMessage | null)[] = [];
  await channel.assertQueue(queue);
  await channel.consume(queue, (message) => {
    taken.push(message);
    if (message) channel.ack(message);
  });
  return taken;
}

describe('the test broker', () => {
  it('records what was published, routed, delivered and settled', async (t) => {
    const broker = await start(t);
    const { channel } = await client(t, broker, 'mine');
    await consume(channel, 'jobs');
    channel.publish('', 'jobs', Buffer.from('{"n":1}'), { headers: { from: 'test' }, type: 'job' });
    channel.publish('', 'nowhere', Buffer.from('x'), { mandatory: true });
    await broker.idle();

    const [published] = broker.published;
    assert.equal(published?.connection, 'mine');
    assert.equal(published?.message.routingKey, 'jobs');
    assert.deepEqual(published?.message.json(), { n: 1 });
    assert.deepEqual(published?.message.headers, { from: 'test' });
    assert.equal(published?.message.properties.type, 'job');
    assert.deepEqual(
      broker.routed.map(({ queues }) => queues),
      [['jobs'], []],
    );
    assert.deepEqual(
      broker.returned.map(({ message }) => message.text),
      ['x'],
    );
    assert.equal(broker.delivered[0]?.message, published?.message);
    assert.equal(broker.settled[0]?.settlement, 'ack');
    broker.clear();
    assert.deepEqual([broker.published, broker.delivered, broker.settled], [[], [], []]);
  });

  it('shows a queue as it stands', async (t) => {
    const broker = await start(t);
    const { channel } = await client(t, broker);
    await channel.assertQueue('q');
    await put(channel, 'q', 'one');
    await put(channel, 'q', 'two');
    await channel.get('q');
    const queue = broker.queue('q');
    assert.deepEqual(
      queue?.messages.map(({ text }) => text),
      ['two'],
    );
    assert.equal(queue?.unsettledCount, 1);
    assert.equal(broker.queue('other'), undefined);
  });

  it('says what is not done when it does not become idle', async (t) => {
    const broker = await start(t);
    const { channel } = await client(t, broker);
    await channel.assertQueue('slow');
    await put(channel, 'slow', 'x');
    await channel.get('slow');
    await assert.rejects(broker.idle({ timeoutMs: 50, quietMs: 1 }), {
      name: 'TestBrokerTimeout',
      message: /queue slow: 1 unsettled/,
    });
    await assert.rejects(
      broker.until(() => broker.settled.length === 1, { timeoutMs: 10 }),
      /settled\.length ?=== ?1/,
    );
  });

  it('lets an hour pass at once', async (t) => {
    const broker = await start(t, { frozenClock: true });
    const { channel } = await client(t, broker);
    await channel.assertQueue('dead');
    await channel.assertQueue('q', {
      messageTtl: 3_600_000,
      deadLetterExchange: '',
      deadLetterRoutingKey: 'dead',
    });
    await put(channel, 'q', 'x');
    broker.advance(3_599_999);
    assert.deepEqual(broker.died, []);
    broker.advance(1);
    assert.deepEqual(
      broker.died.map(({ queue, reason }) => [queue, reason]),
      [['q', 'expired']],
    );
    assert.equal(broker.queue('dead')?.messageCount, 1);
  });

  it('disposes of itself', async () => {
    let url: string;
    {
      await using broker = await TestBroker.start();
      url = broker.url;
    }
    await assert.rejects(amqp.connect(url), /ECONNREFUSED/);
  });
});

describe('faults of publishes', () => {
  it('nack, return and drop the confirm of those that match, as often as asked', async (t) => {
    const broker = await start(t);
    const { channel, seen } = await client(t, broker);
    await channel.assertQueue('q');
    await channel.assertQueue('other');
    broker.nackNext({ routingKey: 'q', times: 2 });
    assert.equal(await put(channel, 'other', 'spared'), 'ack');
    assert.deepEqual(await Promise.all([1, 2, 3].map((n) => put(channel, 'q', `nack ${n}`))), [
      'nack',
      'nack',
      'ack',
    ]);
    broker.returnNext({ match: ({ text }) => text === 'back' });
    assert.equal(await put(channel, 'q', 'back'), 'ack');
    assert.deepEqual(seen, ['returned back']);
    assert.deepEqual(
      broker.queue('q')?.messages.map(({ text }) => text),
      ['nack 3'],
    );
  });

  it('drop one confirm and no other', async (t) => {
    const broker = await start(t);
    const { channel } = await client(t, broker);
    await channel.assertQueue('q');
    broker.dropNextConfirm({ match: ({ text }) => text === '2' });
    const confirmed: string[] = [];
    for (const text of ['1', '2', '3', '4']) {
      channel.sendToQueue('q', Buffer.from(text), {}, () => confirmed.push(text));
    }
    await until(() => confirmed.length === 3, { what: 'three confirms' });
    await broker.idle();
    assert.deepEqual(confirmed, ['1', '3', '4']);
    assert.equal(broker.queue('q')?.messageCount, 4);
  });

  it('close the channel, or the connection, by the code', async (t) => {
    const broker = await start(t);
    const first = await client(t, broker);
    broker.failNext(406, 'no such luck');
    first.channel.publish('', 'q', Buffer.from('x'));
    await until(() => first.seen.length > 0, { what: 'the channel to close' });
    assert.match(first.seen[0] ?? '', /406.*PRECONDITION_FAILED - no such luck/);
    await first.connection.createChannel();
    const second = await client(t, broker);
    broker.failNext(541);
    second.channel.publish('', 'q', Buffer.from('x'));
    await until(() => second.seen.includes('connection closed'), { what: 'the connection to close' });
    assert.throws(() => broker.failNext(999), { code: 'CONFIGURATION' });
    assert.equal(broker.errors.length, 2);
  });

  it('hold publishers up and let them go on', async (t) => {
    const broker = await start(t);
    const { channel, seen } = await client(t, broker);
    await channel.assertQueue('q');
    broker.blockPublishers('disk full');
    const confirm = put(channel, 'q', 'x');
    await until(() => seen.length === 1, { what: 'to be told' });
    broker.unblockPublishers();
    assert.equal(await confirm, 'ack');
    assert.deepEqual(seen, ['blocked: disk full', 'unblocked']);
  });
});

describe('faults of deliveries', () => {
  it('deliver twice, the second time as redelivered; both can be settled', async (t) => {
    const broker = await start(t);
    const { channel, seen } = await client(t, broker);
    const taken = await consume(channel, 'q');
    broker.deliverNextTwice();
    await put(channel, 'q', 'once');
    await put(channel, 'q', 'normal');
    await broker.idle();
    assert.deepEqual(
      taken.map((message) => `${message?.content} ${message?.fields.redelivered}`),
      ['once false', 'once true', 'normal false'],
    );
    assert.deepEqual(seen, []);
    assert.equal(broker.queue('q')?.messageCount, 0);
  });

  it('cancel a consumer', async (t) => {
    const broker = await start(t);
    const { channel } = await client(t, broker);
    const taken = await consume(channel, 'q');
    broker.cancelConsumers('q');
    await until(() => taken.includes(null), { what: 'the cancel notice' });
    await put(channel, 'q', 'x');
    assert.equal(broker.queue('q')?.messageCount, 1);
  });

  it('close the channels that consume from a queue, and no other', async (t) => {
    const broker = await start(t);
    const [victim, other] = [await client(t, broker), await client(t, broker)];
    await consume(victim.channel, 'q');
    await consume(other.channel, 'elsewhere');
    broker.closeChannels('q', 404, 'gone');
    await until(() => victim.seen.length > 0, { what: 'the channel to close' });
    assert.match(victim.seen[0] ?? '', /NOT_FOUND - gone/);
    assert.equal(await put(other.channel, 'q', 'x'), 'ack');
  });
});

describe('faults of connections', () => {
  it('cut all, or one of them', async (t) => {
    const broker = await start(t);
    const [one, two] = [await client(t, broker, 'one'), await client(t, broker, 'two')];
    broker.connections.find(({ name }) => name === 'two')?.cut();
    await until(() => two.seen.includes('connection closed'), { what: 'two to be cut' });
    assert.deepEqual(one.seen, []);
    await broker.cut();
    await until(() => one.seen.includes('connection closed'), { what: 'one to be cut' });
    assert.deepEqual(broker.connections, []);
  });

  it('close one in good order', async (t) => {
    const broker = await start(t);
    const { seen } = await client(t, broker);
    broker.connections[0]?.close(320, 'maintenance');
    await until(() => seen.includes('connection closed'), { what: 'the connection to close' });
    assert.match(broker.errors[0] ?? '', /CONNECTION_FORCED - maintenance/);
  });

  it('stall and go on where they stopped', async (t) => {
    const broker = await start(t);
    const [stalled, watcher] = [await client(t, broker, 'stalled'), await client(t, broker, 'watcher')];
    const taken = await consume(stalled.channel, 'q');
    const [connection] = broker.connections.filter(({ name }) => name === 'stalled');
    connection?.stall();
    const own = put(stalled.channel, 'q', 'from the stalled one');
    await put(watcher.channel, 'q', 'for the stalled one');
    await broker.until(() => broker.delivered.length === 1);
    assert.deepEqual(taken, []);
    assert.equal(broker.published.length, 1);
    connection?.release();
    assert.equal(await own, 'ack');
    await broker.idle();
    assert.equal(taken.length, 2);
  });

  it('stall for so long that the client misses heartbeats: it notices by itself, the broker says nothing', async (t) => {
    const broker = await start(t, { heartbeatSeconds: 1 });
    const { seen } = await client(t, broker);
    broker.stall();
    await until(() => seen.includes('connection closed'), { what: 'the client to give up' });
    assert.deepEqual(seen, ['Heartbeat timeout', 'connection closed']);
    assert.equal(broker.connections.length, 1);
    broker.release();
    await until(() => broker.connections.length === 0, { what: 'the broker to notice' });
  });

  it('are slow by the broker’s own clock, in both directions, and keep order', async (t) => {
    const broker = await start(t, { frozenClock: true });
    const { channel } = await client(t, broker);
    await channel.assertQueue('q');
    broker.delay(1000);
    const confirms: string[] = [];
    for (const text of ['1', '2']) channel.sendToQueue('q', Buffer.from(text), {}, () => confirms.push(text));
    const advance = async (holds: () => boolean, what: string) => {
      await until(
        () => {
          broker.advance(1000);
          return holds();
        },
        { what },
      );
    };
    await advance(() => broker.published.length === 2, 'the publishes to come through');
    await advance(() => confirms.length === 2, 'the confirms to come through');
    assert.deepEqual(
      broker.queue('q')?.messages.map(({ text }) => text),
      ['1', '2'],
    );
  });

  it('are refused until they are accepted again', async (t) => {
    const broker = await start(t);
    const { channel } = await client(t, broker);
    broker.refuseConnections();
    await assert.rejects(amqp.connect(broker.url), /ECONNREFUSED/);
    await channel.assertQueue('still works');
    await broker.acceptConnections();
    await client(t, broker);
  });

  it('break at a restart, which keeps what is durable or nothing', async (t) => {
    const broker = await start(t);
    const { channel, seen } = await client(t, broker);
    await channel.assertQueue('q');
    await put(channel, 'q', 'x');
    await broker.restart();
    await until(() => seen.includes('connection closed'), { what: 'the client to notice' });
    assert.equal(broker.queue('q')?.messageCount, 1);
    await broker.restart({ keep: 'nothing' });
    assert.equal(broker.queue('q'), undefined);
    assert.equal(broker.published.length, 1);
  });
});
