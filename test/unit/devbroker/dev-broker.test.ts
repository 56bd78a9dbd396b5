import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import amqp, { type ChannelModel, type Options } from 'amqplib';
import { type BrokerEvent, DevBroker, type DevBrokerOptions } from '../../../src/devbroker/index.js';
import { FrameWriter, PROTOCOL_HEADER } from '../../../src/protocol/index.js';
import { until } from '../../support/until.js';

async function start(t: TestContext, options: DevBrokerOptions = {}): Promise<DevBroker> {
  const broker = await DevBroker.start({ port: 0, ...options });
  t.after(() => broker.close());
  return broker;
}

/** A connection whose errors are looked at by the test alone. */
async function connect(
  t: TestContext,
  url: string | Options.Connect,
  options: object = {},
): Promise<ChannelModel> {
  const connection = await amqp.connect(url, { noDelay: true, ...options });
  connection.on('error', () => undefined);
  t.after(() => connection.close().catch(() => undefined));
  return connection;
}

async function channelOf(connection: ChannelModel) {
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined);
  return channel;
}

describe('the embedded broker', () => {
  it('listens on loopback only, unless told otherwise explicitly', async () => {
    await assert.rejects(DevBroker.start({ port: 0, host: '0.0.0.0' }), /exposeToNetwork/);
    const broker = await DevBroker.start({ port: 0, host: '0.0.0.0', exposeToNetwork: true });
    await broker.close();
  });

  it('says when its port is taken, and frees it when it closes', async (t) => {
    const first = await start(t);
    await assert.rejects(DevBroker.start({ port: first.port }), { code: 'EADDRINUSE' });
    await first.close();
    await first.close();
    await (await DevBroker.start({ port: first.port })).close();
  });

  it('knows its users, what they may open and what they may touch', async (t) => {
    const users = [
      { name: 'all', password: 'geheim/@' },
      {
        name: 'some',
        password: 's',
        virtualHosts: ['one'],
        permissions: { write: /^mine/, configure: /^mine/ },
      },
    ];
    const broker = await start(t, { users, virtualHosts: ['/', 'one'] });
    await connect(t, broker.url);
    await assert.rejects(amqp.connect(broker.urlOf({ name: 'all', password: 'wrong' })), /403/);
    await assert.rejects(amqp.connect(broker.urlOf(users[1], '/')), /access to vhost|ConnectionClose/);
    const channel = await channelOf(await connect(t, broker.urlOf(users[1], 'one')));
    await channel.assertQueue('mine');
    await assert.rejects(channel.assertQueue('yours'), /403.*refused for user 'some'/);
  });

  it('takes AMQPLAIN as well as PLAIN', async (t) => {
    const broker = await start(t);
    const credentials = amqp.credentials.amqplain('guest', 'guest');
    await connect(t, broker.url, { credentials });
    const wrong = amqp.credentials.amqplain('guest', 'wrong');
    await assert.rejects(amqp.connect(broker.url, { credentials: wrong }), /403/);
  });

  it('answers a wrong protocol header with the one that RabbitMQ would rather see', async (t) => {
    for (const [profile, preferred] of [
      ['3.10', PROTOCOL_HEADER],
      ['4.3', Buffer.from('AMQP\x03\x01\0\0')],
    ] as const) {
      const broker = await start(t, { profile });
      const socket = connectSocket(broker.port, '127.0.0.1');
      socket.write('GET / HTTP/1.1\r\n\r\n');
      const [answer] = await once(socket, 'data');
      assert.deepEqual(answer, preferred);
      await once(socket, 'close');
    }
  });

  it('joins confirms, so that one ack covers many publishes', async (t) => {
    const broker = await start(t);
    const channel = await channelOf(await connect(t, broker.url));
    const { queue } = await channel.assertQueue('');
    const confirmed: number[] = [];
    for (let number = 0; number < 500; number += 1) {
      channel.sendToQueue(queue, Buffer.from('x'), {}, () => confirmed.push(number));
    }
    await channel.waitForConfirms();
    assert.deepEqual(
      confirmed,
      Array.from({ length: 500 }, (_, index) => index),
    );
    assert.equal((await channel.checkQueue(queue)).messageCount, 500);
  });

  it('carries large messages and leaves other connections unharmed by an error', async (t) => {
    const broker = await start(t);
    const [one, other] = [
      await channelOf(await connect(t, broker.url)),
      await channelOf(await connect(t, broker.url)),
    ];
    await one.assertQueue('q');
    const body = Buffer.alloc(3_000_000, 'abc');
    one.sendToQueue('q', body);
    await one.waitForConfirms();
    await assert.rejects(one.checkQueue('missing'), /404/);
    const message = await other.get('q', { noAck: true });
    assert.ok(message);
    assert.ok(message.content.equals(body));
  });

  it('drops a client that stays silent, and keeps one that sends heartbeats', async (t) => {
    const broker = await start(t, { heartbeatSeconds: 1 });
    const lively = await connect(t, broker.url);
    const silent = connectSocket(broker.port, '127.0.0.1');
    silent.write(silentHandshake());
    silent.resume().on('error', () => undefined);
    await until(() => broker.connections.length === 2, { what: 'both to be connected' });
    await closing(silent);
    await channelOf(lively);
    assert.equal(broker.connections.length, 1);
  });

  it('P-12: holds up publishers while memory is short, and no other client', async (t) => {
    const broker = await start(t, { memoryLimitBytes: 1000 });
    const [publishing, consuming] = [await connect(t, broker.url), await connect(t, broker.url)];
    const [publisher, consumer] = [await channelOf(publishing), await channelOf(consuming)];
    await consumer.assertQueue('q');
    publisher.sendToQueue('q', Buffer.alloc(1500));
    await publisher.waitForConfirms();
    const blocked = once(publishing, 'blocked');
    const unblocked = once(publishing, 'unblocked');
    let confirmed = false;
    publisher.sendToQueue('q', Buffer.from('second'), {}, () => {
      confirmed = true;
    });
    assert.deepEqual(await blocked, ['low on memory']);
    assert.equal((await consumer.checkQueue('q')).messageCount, 1);
    assert.equal(confirmed, false);
    await consumer.get('q', { noAck: true });
    await unblocked;
    await publisher.waitForConfirms();
    assert.equal(confirmed, true);
    assert.ok(broker.memoryBytes > 'second'.length && broker.memoryBytes < 1000);
  });

  it('emits events for what happens, in order', async (t) => {
    const broker = await start(t);
    const events: BrokerEvent[] = [];
    const stop = broker.observe((event) => events.push(event));
    const connection = await connect(t, broker.url, { clientProperties: { connection_name: 'mine' } });
    const channel = await channelOf(connection);
    await channel.assertQueue('q');
    channel.sendToQueue('q', Buffer.from('x'));
    const message = await channel.get('q');
    assert.ok(message);
    channel.ack(message);
    await connection.close();
    await until(() => broker.connections.length === 0, { what: 'the connection to be gone' });
    stop();
    const types = ['connected', 'published', 'routed', 'delivered', 'settled', 'disconnected'];
    assert.deepEqual(
      events.map(({ type }) => type),
      types,
    );
    assert.ok(events.every((event) => !('connection' in event) || event.connection === 'mine'));
  });

  it('comes back from a restart with what is durable, or empty', async (t) => {
    const broker = await start(t);
    const connection = await connect(t, broker.url);
    const channel = await channelOf(connection);
    await channel.assertQueue('durable');
    await channel.assertQueue('transient', { durable: false });
    channel.sendToQueue('durable', Buffer.from('kept'), { persistent: true });
    channel.sendToQueue('durable', Buffer.from('lost'));
    await channel.waitForConfirms();
    const closed = closing(connection);
    const names = () => broker.queues.map(({ name, messageCount }) => `${name} ${messageCount}`);
    await broker.restart();
    await closed;
    assert.deepEqual(names(), ['durable 1']);
    await broker.restart({ keep: 'nothing' });
    assert.deepEqual(names(), []);
    await connect(t, broker.url);
  });
});

/** Resolves when it closes; an error on the way is no matter. */
function closing(emitter: EventEmitter): Promise<void> {
  return new Promise((resolve) => emitter.once('close', () => resolve()));
}

/** All a client has to say to be connected, at once. */
function silentHandshake(): Buffer {
  const writer = new FrameWriter();
  writer.raw(PROTOCOL_HEADER);
  const response = Buffer.from('\0guest\0guest');
  writer.method(0, 'connection.start-ok', { mechanism: 'PLAIN', response, locale: 'en_US' });
  writer.method(0, 'connection.tune-ok', { channelMax: 10, frameMax: 131_072, heartbeat: 1 });
  writer.method(0, 'connection.open', { virtualHost: '/' });
  return writer.take();
}
