// What the broker refuses for good: it is told as an error, and not asked for in a hot loop.
import assert from 'node:assert/strict';
import { before, describe, it, type TestContext } from 'node:test';
import { Exchange, GenericProducer, isWaybillError, MessageProcessor, type TopologyError } from 'waybill';
import { Connection } from 'waybill/channel';
import { freshVhost, sideChannel, suiteOwner, type TestVhost, uniqueName } from '../../support/broker.js';
import { FrameTap } from '../../support/frame-tap.js';
import type { SideChannel } from '../../support/side-channel.js';
import { recordingLog } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { type Permissions, TestUser } from '../../support/test-user.js';
import { until } from '../../support/until.js';
import { firstOf, ownLink, rejection, takeAll, toQueue } from './fixture.js';

describe('what the broker refuses for good', () => {
  const owner = suiteOwner();
  let vhost: TestVhost;
  let side: SideChannel;
  before(async () => {
    vhost = await freshVhost(owner);
    side = await sideChannel(owner, vhost.url);
  });

  /** A user and a queue that others have made. */
  async function given(t: TestContext, permissions: Partial<Permissions>) {
    const user = await TestUser.create(t, vhost);
    await user.may(permissions);
    const queue = uniqueName('queue');
    await side.onChannel((channel) => channel.assertQueue(queue));
    return { user, queue };
  }

  async function refusalOf(promise: Promise<unknown>): Promise<TopologyError> {
    const error = await rejection(promise);
    assert.ok(isWaybillError(error, 'TOPOLOGY_REFUSED'), String(error));
    return error as TopologyError;
  }

  it('403: a queue that may not be declared is named in the error of start()', async (t) => {
    const { user } = await given(t, { configure: '^mine' });
    const theirs = uniqueName('theirs');
    const options = { url: user.url, logger: recordingLog() };
    const processor = new MessageProcessor({ ...options, eqks: [[Exchange, [[theirs, theirs]]]] });
    const { replyCode, message } = await refusalOf(processor.start());
    assert.equal(replyCode, 403);
    assert.ok(message.includes(theirs) && !message.includes('secret'), message);
  });

  it('T-B1: 530: more channels than the user may have make start() fail with an error that says what to do', async (t) => {
    const { user } = await given(t, {});
    await user.mayHave('max-channels', 2);
    const log = recordingLog();
    const queues = [1, 2, 3, 4].map((number) => uniqueName(`queue ${number}`));
    const eqks = [[Exchange, queues.map((queue) => [queue, queue] as const)]] as const;
    const { replyCode, message } = await refusalOf(
      new MessageProcessor({ url: user.url, logger: log, eqks }).start(),
    );
    assert.equal(replyCode, 530);
    assert.match(message, /user limit of \(?2\)?.* consume fewer of them here.*rabbitmqctl set_user_limits/);
    assert.ok(log.warnings.length < 10, log.warnings.join('\n'));
  });

  it('T-B1: 530: more channels than the user may have are an error of channel()', async (t) => {
    const { user } = await given(t, {});
    await user.mayHave('max-channels', 2);
    const connection = await Connection.open({ url: user.url, logger: recordingLog() });
    t.after(() => connection.close());
    await connection.channel();
    await connection.channel();
    const { replyCode, message } = await refusalOf(connection.channel());
    assert.equal(replyCode, 530);
    assert.match(message, /rabbitmqctl set_user_limits/);
  });

  it('403: a queue that may not be read', async (t) => {
    const { user, queue } = await given(t, { read: '^mine' });
    const options = { url: user.url, logger: recordingLog() };
    const processor = new MessageProcessor({ ...options, eqks: [[Exchange, [[queue, queue]]]] });
    const { replyCode, message } = await refusalOf(processor.start());
    assert.equal(replyCode, 403);
    assert.ok(message.includes(queue), message);
  });

  it('403: an exchange that may not be declared', async (t) => {
    const { user } = await given(t, { configure: '^mine' });
    const exchangeName = uniqueName('theirs');
    class Theirs extends Exchange {
      static override readonly exchangeName = exchangeName;
    }
    class Asking extends GenericProducer {
      static override readonly eks = [[Theirs, 'key']] as const;
    }
    const { replyCode, message } = await refusalOf(Asking.connect({ url: user.url }));
    assert.equal(replyCode, 403);
    assert.ok(message.includes(exchangeName), message);
  });

  it('403: a message to an exchange that the user may not write to is rejected alone; the messages around it arrive', async (t) => {
    const { user, queue } = await given(t, { write: '^amq\\.default$' });
    const exchange = uniqueName('theirs');
    await side.onChannel((channel) => channel.assertExchange(exchange, 'fanout'));
    const link = ownLink(t, user.url);
    const good = [1, 2, 3].map((number) => link.publish(toQueue(queue, `good ${number}`)));
    const error = await rejection(link.publish(toQueue('', 'bad', { exchange })));
    assert.ok(isWaybillError(error, 'PUBLISH_REFUSED'), String(error));
    assert.match(error.message, /access to exchange/);
    await Promise.all([...good, link.publish(toQueue(queue, 'good 4'))]);
    const texts = (await takeAll(side, queue)).map(({ text }) => text);
    assert.deepEqual(firstOf(texts), ['good 1', 'good 2', 'good 3', 'good 4']);
  });

  it('403 after a reconnect: the queue is asked for with back-off, the processor is unwell, and consumes again when it is allowed', async (t) => {
    const { user, queue } = await given(t, {});
    const tap = await FrameTap.forUrl(user.url);
    t.after(() => tap.close());
    const proxy = await TcpProxy.forUrl(tap.url);
    t.after(() => proxy.close());
    const log = recordingLog();
    const processor = new MessageProcessor({
      url: proxy.urlFor(user.url),
      logger: log,
      eqks: [[Exchange, [[queue, queue]]]],
    });
    t.after(() => processor.close());
    await processor.start();
    await user.may({ read: '^mine' });
    const before = tap.of('basic.consume').length;
    proxy.cut();
    const attempts = (): number => tap.of('basic.consume').length - before;
    const begun = performance.now();
    await until(() => attempts() >= 4, { what: 'it has asked four times', limitMs: 10_000 });
    // 100, 200, 400 ms and so on, a quarter less by chance.
    assert.ok(performance.now() - begun > 500, 'it does not spin');
    const { ok, queues } = await processor.health();
    assert.deepEqual([ok, queues[0]?.ok], [false, false]);
    assert.ok(
      log.errors.some((line) => /access to queue/.test(line) && line.includes(queue)),
      log.errors.join(),
    );
    await user.may({});
    await until(async () => (await processor.health()).ok, { what: 'it is well again', limitMs: 10_000 });
    await side.waitForConsumers(queue, 1);
  });

  it('406 after a reconnect: the refused exchange is logged once for each connection, and everything else works', async (t) => {
    const { user, queue } = await given(t, {});
    const proxy = await TcpProxy.forUrl(user.url);
    t.after(() => proxy.close());
    const log = recordingLog();
    const url = proxy.urlFor(user.url);
    const exchangeName = uniqueName('changed');
    class Changed extends Exchange {
      static override readonly exchangeName = exchangeName;
    }
    class Both extends GenericProducer {
      static override readonly eks = [[Changed, 'key']] as const;
    }
    const producer = new Both({ url, logger: log });
    t.after(() => producer.close());
    await producer.open();
    proxy.refuse();
    proxy.cut();
    await side.onChannel(async (channel) => {
      await channel.deleteExchange(exchangeName);
      await channel.assertExchange(exchangeName, 'fanout');
    });
    await proxy.pass();
    await producer.with({ eks: [[Exchange, queue]] }).command('works');
    assert.equal(await side.depth(queue), 1);
    const told = log.errors.filter((line) => line.includes(exchangeName));
    assert.equal(told.length, 1, log.errors.join('\n'));
    assert.match(told[0] ?? '', /inequivalent arg 'type'/);
  });
});
