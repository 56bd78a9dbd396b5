import assert from 'node:assert/strict';
import diagnosticsChannel from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { before, beforeEach, describe, it, type TestContext } from 'node:test';
import { brokerUrl, sideChannel, suiteOwner, uniqueName } from '../../support/broker.js';
import type { SideChannel } from '../../support/side-channel.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { firstOf, numbered, ownLink, rejection, takeAll, toQueue } from './fixture.js';

describe('a peer that falls silent', () => {
  const owner = suiteOwner();
  let side: SideChannel;
  let queue: string;
  before(async () => {
    side = await sideChannel(owner);
  });
  beforeEach(async () => {
    queue = uniqueName('silent');
    await side.onChannel((channel) => channel.assertQueue(queue, { expires: 60_000 }));
  });

  /** A link through a proxy that has carried its first message. */
  async function connected(t: TestContext) {
    const proxy = await TcpProxy.forUrl(brokerUrl());
    t.after(() => proxy.close());
    const openSockets = countSocketsTo(proxy.port, t);
    const link = ownLink(t, proxy.urlFor(brokerUrl()), { heartbeatSeconds: 1 });
    await link.publish(toQueue(queue, 'first'));
    assert.equal(openSockets(), 1);
    return { proxy, link, openSockets };
  }

  it('is noticed by missing heartbeats, and its socket is closed', async (t) => {
    const { proxy, link, openSockets } = await connected(t);
    proxy.stall();
    proxy.refuse();
    // More than the sockets' buffers take, so that some of it waits.
    const content = Buffer.alloc(20_000);
    const texts = numbered('m', 1_000);
    const published = texts.map((text) => link.publish(toQueue(queue, text, { content })));
    await until(() => link.publishing === false, { what: 'it is noticed', limitMs: 10_000 });
    await until(() => openSockets() === 0, { what: 'its socket is gone' });
    await proxy.pass();
    await Promise.all(published);
    const arrived = (await takeAll(side, queue)).map(({ id }) => id);
    assert.deepEqual(
      firstOf(arrived.map(String)),
      ['first', ...texts].map((text) => `id of ${text}`),
    );
  });

  it('does not hold up a close, also during a reconnect', async (t) => {
    const { proxy, link, openSockets } = await connected(t);
    proxy.stall();
    proxy.cut();
    const open = rejection(link.publish(toQueue(queue, 'open')));
    await until(() => proxy.accepted === 2, { what: 'it is dialled' });
    await link.close({ timeoutMs: 0 });
    assert.equal(((await open) as { code?: string }).code, 'CLOSED');
    await until(() => openSockets() === 0, { what: 'no socket is left' });
  });
});

/** Counts what this process has connected to a port, from now on, and has not closed down to its handle. */
function countSocketsTo(port: number, t: TestContext): () => number {
  const sockets: Socket[] = [];
  const onSocket = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    socket.once('connect', () => socket.remotePort === port && sockets.push(socket));
  };
  diagnosticsChannel.subscribe('net.client.socket', onSocket);
  t.after(() => diagnosticsChannel.unsubscribe('net.client.socket', onSocket));
  return () => sockets.filter(({ closed }) => !closed).length;
}
