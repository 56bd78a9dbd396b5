import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChannelError, Connection } from 'waybill/channel';
import { brokerUrl, uniqueName } from '../../support/broker.js';
import { atLeast } from '../../support/broker-version.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { connect, newChannel, useStage } from './channel-stage.js';

describe('a connection for plain AMQP', () => {
  const stage = useStage();

  it('A-C1: is open when open() resolves, by URL or by host, user, password and virtual host', async (t) => {
    const { hostname, port, username, password, pathname } = new URL(stage.url);
    const { connection } = await connect(t, stage, {
      url: undefined,
      host: `${hostname}:${port}`,
      user: decodeURIComponent(username) || undefined,
      password: decodeURIComponent(password) || undefined,
      vhost: decodeURIComponent(pathname.slice(1)),
    });
    assert.equal((await connection.channel()).isOpen, true);
  });

  it('A-C1, T-B2: tells apart a wrong password, a wrong virtual host and a wrong port, with the code and the words of the broker', async () => {
    const { hostname, port } = new URL(brokerUrl());
    const host = `${hostname}:${port}`;
    const cases = [
      [
        { host, password: 'wrong' },
        403,
        /refused user 'guest' \(403\).*The broker says: 403 ACCESS_REFUSED - Login/,
      ],
      [
        { host, vhost: uniqueName('nowhere') },
        530,
        /not into the virtual host 'nowhere.*The broker says: 530 NOT_ALLOWED - vhost nowhere/,
      ],
      [{ host: `${hostname}:1` }, undefined, /ECONNREFUSED/],
    ] as const;
    for (const [options, replyCode, message] of cases) {
      await assert.rejects(Connection.open(options), { name: 'ConnectError', replyCode, message });
    }
    await assert.rejects(Connection.open({ host, url: brokerUrl() }), { name: 'ConfigurationError' });
  });

  it('A-B2: gives the same channel for its number while it is open, and the lowest free number without one', async (t) => {
    const { connection } = await connect(t, stage);
    const first = await connection.channel();
    const third = await connection.channel(3);
    const second = await connection.channel();
    assert.deepEqual(
      [first, second, third].map(({ number }) => number),
      [1, 2, 3],
    );
    assert.equal(await connection.channel(1), first);
    assert.equal((await connection.channel()).number, 4);
    await second.close();
    const again = await connection.channel();
    assert.equal(again.number, 2);
    assert.notEqual(again, second);
    for (const number of [0, -1, 1.5, 2_048]) {
      await assert.rejects(connection.channel(number), { name: 'ConfigurationError' });
    }
  });

  it('A-C2: may be closed twice, and closes one channel without the others', async (t) => {
    const { connection } = await connect(t, stage);
    const [one, other] = [await connection.channel(), await connection.channel()];
    await Promise.all([one.close(), one.close()]);
    await one.close();
    assert.deepEqual([one.isOpen, other.isOpen], [false, true]);
    assert.equal(await one.closed, undefined);
    await assert.rejects(one.queue.declare(), { code: 'CLOSED' });
    await assert.rejects(one.publish('late'), { code: 'CLOSED' });
    const { queue } = await other.queue.declare('', { exclusive: true });
    assert.ok(queue);
    await Promise.all([connection.close(), connection.close()]);
    assert.equal(other.isOpen, false);
    await assert.rejects(connection.channel(), { code: 'CLOSED' });
  });

  it('A-C3: closes when all that was published is confirmed, though no publish was awaited', async (t) => {
    const queue = uniqueName('flush');
    const connection = await Connection.open({ url: stage.url });
    const channel = await connection.channel();
    await channel.queue.declare(queue);
    for (let number = 0; number < 1_000; number++)
      void channel.publish(String(number), { routingKey: queue });
    await connection.close();
    const counting = await newChannel(t, stage);
    assert.equal((await counting.queue.declare(queue, { passive: true })).messageCount, 1_000);
  });

  it('A-C4: closes channel and connection when the block around them throws', async () => {
    const seen: { isOpen: boolean }[] = [];
    const block = async (): Promise<never> => {
      await using connection = await Connection.open({ url: stage.url });
      await using channel = await connection.channel();
      seen.push(channel);
      assert.equal(channel.isOpen, true);
      throw new Error('planned by a test');
    };
    await assert.rejects(block(), /planned by a test/);
    assert.equal(seen[0]?.isOpen, false);
  });

  it('A-C14: loses only the channel whose request the broker refuses, and says code, text and method', async (t) => {
    const { connection } = await connect(t, stage);
    const [one, other] = [await connection.channel(), await connection.channel()];
    const refused = {
      ...{ name: 'ChannelError', code: 'CHANNEL_CLOSED', scope: 'channel', replyCode: 406 },
      ...{ method: 'exchange.declare', classId: 40, methodId: 10 },
    };
    await assert.rejects(one.exchange.declare('amq.direct', 'topic'), refused);
    const reason = await one.closed;
    assert.ok(reason instanceof ChannelError);
    assert.match(
      reason.replyText,
      /^PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'amq\.direct'/,
    );
    await assert.rejects(one.queue.declare(), refused);
    assert.equal(other.isOpen, true);
    await other.exchange.declare('amq.direct', 'direct');
    const next = await connection.channel();
    assert.equal(next.number, one.number);
    await assert.rejects(next.queue.declare('amq.mine'), { replyCode: 403, method: 'queue.declare' });
    const last = await connection.channel();
    await assert.rejects(last.queue.declare(uniqueName('none'), { passive: true }), { replyCode: 404 });
  });

  it('loses its channels when the network is cut, and opens new ones when it is connected again', async (t) => {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const { connection } = await connect(t, { url: proxy.urlFor(stage.url) });
    const channel = await connection.channel();
    const { queue } = await channel.queue.declare(uniqueName('lasting'));
    const consumer = await channel.consume(queue);
    const reading = (async () => {
      for await (const _message of consumer);
    })();
    proxy.cut();
    await assert.rejects(reading, { code: 'CONNECTION_LOST' });
    assert.deepEqual(
      [channel.isOpen, ((await channel.closed) as { code?: string } | undefined)?.code],
      [false, 'CONNECTION_LOST'],
    );
    const next = await connection.channel();
    assert.equal(next.number, 1);
    await next.publish('still here', { routingKey: queue });
    assert.equal((await next.get(queue))?.body, 'still here');
  });

  it('tells a fault that closes the whole connection from one that closes a channel', async (t) => {
    const { connection } = await connect(t, stage, { ownConnections: true });
    const [guilty, other] = [await connection.channel(), await connection.channel()];
    // An unknown type is a fault of the connection until 3.13, and of the channel since 4.0.
    const fault = atLeast('4.0')
      ? { scope: 'channel', replyCode: 406 }
      : { scope: 'connection', replyCode: 503 };
    const refused = guilty.exchange.declare(uniqueName('x'), 'no-such-type');
    await assert.rejects(refused, { name: 'ChannelError', ...fault });
    if (fault.scope === 'connection') {
      const { scope, replyCode } = (await other.closed) as ChannelError;
      assert.deepEqual({ scope, replyCode }, fault);
    }
    assert.equal(other.isOpen, fault.scope === 'channel');
    assert.equal((await connection.channel()).isOpen, true);
  });
});
