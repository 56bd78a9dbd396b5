import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { AmqpConnection, App } from 'waybill/app';
import { DevBroker } from '../../../src/devbroker/index.js';
import { brokerUrl, management, uniqueName } from '../../support/broker.js';
import { isEmbedded } from '../../support/broker-version.js';
import { profileOfRun } from '../../support/embedded-profile.js';
import { SideChannel } from '../../support/side-channel.js';
import { Gate } from '../../support/stage/gate.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { fill, newApp, newQueue, numbers, recordingLog, useStage, waitForLength } from './app-stage.js';

/** A broker with virtual hosts of these very names; what is behind `url` is one of them. */
async function brokerWith(t: TestContext, names: readonly string[]): Promise<string> {
  if (isEmbedded()) {
    const broker = await DevBroker.start({ port: 0, virtualHosts: [...names], profile: profileOfRun() });
    t.after(() => broker.close());
    return broker.url;
  }
  const user = decodeURIComponent(new URL(brokerUrl()).username);
  const everything = { configure: '.*', write: '.*', read: '.*' };
  for (const name of names) {
    const path = encodeURIComponent(name);
    await management('PUT', `/api/vhosts/${path}`);
    t.after(() => management('DELETE', `/api/vhosts/${path}`));
    await management('PUT', `/api/permissions/${path}/${user}`, everything);
  }
  return brokerUrl();
}

async function sideOn(t: TestContext, url: string, vhost: string): Promise<SideChannel> {
  const there = new URL(url);
  there.pathname = `/${encodeURIComponent(vhost)}`;
  const side = await SideChannel.connect(there.href);
  t.after(() => side.close());
  return side;
}

describe('virtual hosts of an app', () => {
  it('AW-C15: are taken as they are written', async (t) => {
    const names = [uniqueName('fluentd'), `/${uniqueName('foo')}`];
    const url = await brokerWith(t, names);
    const { app } = newApp(t, { url });
    const seen: unknown[] = [];
    for (const vhost of names) {
      const side = await sideOn(t, url, vhost);
      await side.onChannel((channel) => channel.assertQueue('logs'));
      await side.publish('', 'logs', JSON.stringify(vhost));
      app.amqp.consume('logs', { vhost })((messages) => seen.push(messages[0]?.body));
    }
    await app.start();
    await waitForLength(seen, 2);
    assert.deepEqual(seen.sort(), names.sort());
  });

  it('AW-C17: put() to another one makes a connection with the same login, and uses it again', async (t) => {
    const [vhost = ''] = [uniqueName('other')];
    const url = await brokerWith(t, [vhost]);
    const proxy = await TcpProxy.forUrl(url);
    t.after(() => proxy.close());
    const side = await sideOn(t, url, vhost);
    await side.onChannel((channel) => channel.assertQueue('queue'));
    await using connection = new AmqpConnection({ url: proxy.urlFor(url) });
    await connection.put({ routingKey: 'queue', data: 1, vhost });
    assert.equal(proxy.accepted, 1);
    await connection.put({ routingKey: 'queue', data: 2, vhost });
    assert.equal(proxy.accepted, 1);
    await side.waitForDepth('queue', 2);
  });
});

describe('AW-C16: put', () => {
  const stage = useStage();

  it('sends data as JSON and serializedData as it is', async (t) => {
    const queue = await newQueue(stage);
    const { connection } = newApp(t, stage);
    const cases = [
      [{ data: { v: 'é' } }, '{"v":"é"}'],
      [{ serializedData: '{ "v" : 1 }' }, '{ "v" : 1 }'],
      [{ serializedData: Buffer.from('bytes') }, 'bytes'],
      [{ data: {} }, '{}'],
      [{ data: [] }, '[]'],
      [{ data: 0 }, '0'],
      [{ data: null }, 'null'],
      [{ data: '' }, '""'],
    ] as const;
    for (const [message, bytes] of cases) {
      await connection.put({ routingKey: queue, ...message });
      const { content, properties } = await stage.side.waitForMessage(queue);
      assert.equal(content.toString(), bytes);
      assert.equal(properties.contentType, 'data' in message ? 'application/json' : undefined);
      assert.equal(properties.deliveryMode, 2);
    }
  });

  it('refuses data together with serializedData, neither of them, and data that is no JSON', async (t) => {
    const { connection } = newApp(t, stage);
    const wrong = { code: 'CONFIGURATION' };
    await assert.rejects(connection.put({ routingKey: 'q', data: 1, serializedData: '1' }), wrong);
    await assert.rejects(connection.put({ routingKey: 'q' }), wrong);
    await assert.rejects(connection.put({ routingKey: 'q', data: 1n }), { code: 'ENCODING' });
    await assert.rejects(connection.put({ routingKey: 'q', data: () => {} }), { code: 'ENCODING' });
  });

  it('rejects when the message reaches no queue, unless mandatory is false', async (t) => {
    const { connection } = newApp(t, stage);
    const nowhere = { routingKey: uniqueName('nowhere'), data: 1 };
    await assert.rejects(connection.put(nowhere), { code: 'UNROUTABLE' });
    await connection.put({ ...nowhere, mandatory: false });
  });

  it('sends the properties that it is given instead of its own', async (t) => {
    const queue = await newQueue(stage);
    const { connection } = newApp(t, stage);
    const properties = { contentType: 'text/x-own', headers: { seven: 7 }, deliveryMode: 1 };
    await connection.put({ routingKey: queue, data: 1, properties });
    const { properties: got } = await stage.side.waitForMessage(queue);
    assert.deepEqual([got.contentType, got.headers, got.deliveryMode], ['text/x-own', { seven: 7 }, 1]);
  });

  it('works in handlers and hooks, to the end (AW-X9)', async (t) => {
    const [from, to] = [await newQueue(stage), await newQueue(stage)];
    const { app, connection } = newApp(t, stage);
    const put = (data: unknown): Promise<void> => connection.put({ routingKey: to, data });
    app.runOnStartup(() => put('up'));
    app.runOnShutdown(() => put('down'));
    app.amqp.consume(from)((messages) => put(messages[0]?.body));
    await app.start();
    await fill(stage, from, ['handled']);
    await stage.side.waitForDepth(to, 2);
    await app.close();
    await stage.side.waitForDepth(to, 3);
    await assert.rejects(put('late'), { code: 'CLOSED' });
  });
});

describe('an app whose broker goes away', () => {
  const stage = useStage();

  it('AW-C20: takes messages again when the broker is back, and logs each attempt in between', async (t) => {
    const queue = await newQueue(stage);
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const attempts: number[] = [];
    const { app } = newApp(
      t,
      { url: proxy.urlFor(stage.url) },
      {
        connection: {
          onConnectionFailure: (error, attempt) => {
            assert.ok(error instanceof Error);
            attempts.push(attempt);
            throw new Error('a callback that fails changes nothing');
          },
        },
      },
    );
    const seen: unknown[] = [];
    app.amqp.consume(queue)((messages) => seen.push(messages[0]?.body));
    await app.start();
    for (const outage of [1, 2]) {
      proxy.refuse();
      proxy.cut();
      attempts.length = 0;
      await waitForLength(attempts, 3);
      assert.deepEqual(attempts.slice(0, 3), [1, 2, 3]);
      await proxy.pass();
      await fill(stage, queue, [outage]);
      await until(() => seen.includes(outage), { what: `message ${outage} is handled` });
    }
    // The next cut may have come before the ack of the first: then that comes again.
    assert.deepEqual([...new Set(seen)], [1, 2]);
  });

  it('AW-C21: forgets the messages that waited for their batch: they come again, once only', async (t) => {
    const queue = await newQueue(stage);
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const { app, log } = newApp(t, { url: proxy.urlFor(stage.url) });
    const batches: unknown[] = [];
    app.amqp.consume(queue, { bulkSize: 3, flushIntervalMs: 600_000 })((messages) => {
      batches.push(messages.map(({ body }) => body));
    });
    await app.start();
    await fill(stage, queue, [0, 1]);
    await stage.side.waitForDepth(queue, 0);
    proxy.cut();
    await stage.side.waitForConsumers(queue, 1);
    await stage.side.waitForDepth(queue, 0);
    await fill(stage, queue, [2, 3, 4, 5]);
    await waitForLength(batches, 2);
    await app.close();
    assert.deepEqual(batches, [
      [0, 1, 2],
      [3, 4, 5],
    ]);
    assert.deepEqual(await stage.side.look(queue), { messages: 0, consumers: 0 });
    assert.deepEqual(log.errors, []);
  });

  it('AW-C21: settles nothing of a lost channel, and runs no message twice at once', async (t) => {
    const queue = await newQueue(stage);
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const { app, log } = newApp(t, { url: proxy.urlFor(stage.url) });
    const gate = new Gate();
    const begun: unknown[] = [];
    const ended: unknown[] = [];
    app.amqp.consume(queue, { bulkSize: 2, flushIntervalMs: 20 })(async (messages) => {
      const seen = messages.map(({ body, redelivered }) => `${body}${redelivered ? ' again' : ''}`);
      begun.push(...seen);
      if (seen.includes('0')) await gate.opened;
      ended.push(...seen);
    });
    await fill(stage, queue, [0, 1]);
    await app.start();
    await waitForLength(begun, 2);
    proxy.cut();
    await stage.side.waitForConsumers(queue, 1);
    await fill(stage, queue, [2, 3]);
    await waitForLength(ended, 2);
    assert.deepEqual(begun, ['0', '1', '2', '3']);
    gate.open();
    await waitForLength(ended, 6);
    await app.close();
    assert.deepEqual(ended, ['2', '3', '0', '1', '0 again', '1 again']);
    assert.equal(await stage.side.depth(queue), 0);
    assert.deepEqual(log.errors, []);
  });
});

describe('AW-C22: an app with a missing queue', () => {
  const stage = useStage();

  it('consumes from the other queues, and from the missing one as soon as it is there', async (t) => {
    const [first, last] = [await newQueue(stage), await newQueue(stage)];
    const missing = uniqueName('missing');
    const { app } = newApp(t, stage);
    const seen: unknown[] = [];
    app.amqp.consume([first, missing, last])((messages) => seen.push(messages[0]?.body));
    await app.start();
    for (const queue of [first, last]) await fill(stage, queue, [queue]);
    await waitForLength(seen, 2);
    const { ok, amqp } = await app.health();
    assert.equal(ok, false);
    assert.match(String(amqp[0]?.queues.find(({ queue }) => queue === missing)?.error), /no queue/i);
    await stage.side.onChannel((channel) => channel.assertQueue(missing));
    await fill(stage, missing, [missing]);
    await waitForLength(seen, 3);
    assert.deepEqual(seen.sort(), [first, last, missing].sort());
    await until(async () => (await app.health()).ok, { what: 'the app is well' });
  });

  it('N-17: is told of it in words, once, in health, too, and when the queue is there', async (t) => {
    const missing = uniqueName('missing');
    const { app, log } = newApp(t, stage);
    const seen: unknown[] = [];
    app.amqp.consume(missing)((messages) => seen.push(messages[0]?.body));
    await app.start();
    const isAgain = (line: string): boolean => line.includes(missing) && line.includes('Trying again');
    await until(() => log.debugs.filter(isAgain).length >= 2, { what: 'it has tried three times' });
    const told = /no queue .*It is not there, or not any more: whoever owns it has to declare it\./;
    assert.equal(log.errors.length, 1, log.errors.join('\n'));
    assert.match(log.errors[0] ?? '', told);
    assert.doesNotMatch(log.errors[0] ?? '', /Operation failed|BasicConsume/);
    const { ok, amqp } = await app.health();
    assert.equal(ok, false);
    assert.match(amqp[0]?.queues[0]?.error ?? '', told);
    await stage.side.onChannel((channel) => channel.assertQueue(missing));
    await fill(stage, missing, [missing]);
    await waitForLength(seen, 1);
    assert.match(log.warnings.join(), /queue 'missing.*': the broker has agreed after \d+\.\d s\./);
    await until(async () => (await app.health()).ok, { what: 'the app is well' });
  });

  it('consumes again from a queue that was deleted and made again', async (t) => {
    const [one, other] = [await newQueue(stage), await newQueue(stage)];
    const { app } = newApp(t, stage);
    const seen: unknown[] = [];
    app.amqp.consume([one, other])((messages) => seen.push(messages[0]?.body));
    await app.start();
    await stage.side.onChannel((channel) => channel.deleteQueue(one));
    await fill(stage, other, ['other']);
    await waitForLength(seen, 1);
    await stage.side.onChannel((channel) => channel.assertQueue(one));
    await fill(stage, one, numbers(3));
    await waitForLength(seen, 4);
    assert.deepEqual(seen, ['other', 0, 1, 2]);
  });

  it('ends in order while it still waits for a queue', async (t) => {
    const { app } = newApp(t, stage);
    app.amqp.consume(uniqueName('never'))(() => {});
    await app.start();
    await app.close();
  });
});

describe('an app that cannot reach its broker', () => {
  it('says so at the start, in a sentence, and leaves nothing open', async () => {
    const ended: string[] = [];
    const app = new App({
      logger: recordingLog(),
      connections: [new AmqpConnection({ hostname: '127.0.0.1', port: 1, password: 'secret' })],
    });
    app.amqp.consume('queue')(() => {});
    app.runOnShutdown(() => ended.push('hook'));
    await assert.rejects(app.run({ signals: false, exit: false }), (error: Error) => {
      assert.match(error.message, /127\.0\.0\.1:1.*ECONNREFUSED/s);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
    assert.deepEqual(ended, ['hook']);
  });
});
