import assert from 'node:assert/strict';
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
    const link = ownLink(t, proxy.urlFor(brokerUrl()), { heartbeatSeconds: 1 });
    await link.publish(toQueue(queue, 'first'));
    return { proxy, link };
  }

  it('is noticed by its heartbeat, and nothing is left of its socket', async (t) => {
    const { proxy, link } = await connected(t);
    const sockets = openSockets();
    proxy.stall();
    proxy.refuse();
    // More than the sockets' buffers take, so that some of it waits.
    const content = Buffer.alloc(20_000);
    const texts = numbered('m', 1_000);
    const published = texts.map((text) => link.publish(toQueue(queue, text, { content })));
    await until(() => link.publishing === false, { what: 'it is noticed', limitMs: 10_000 });
    // The broker has noticed, too, and ended the proxy's way to it.
    await until(() => openSockets() <= sockets - 2, { what: 'its socket is gone' });
    await proxy.pass();
    await Promise.all(published);
    const arrived = (await takeAll(side, queue)).map(({ id }) => id);
    assert.deepEqual(
      firstOf(arrived.map(String)),
      ['first', ...texts].map((text) => `id of ${text}`),
    );
  });

  it('does not hold up a close, also while we dial it once more', async (t) => {
    const { proxy, link } = await connected(t);
    const sockets = openSockets();
    proxy.stall();
    proxy.cut();
    const open = rejection(link.publish(toQueue(queue, 'open')));
    await until(() => proxy.accepted === 2, { what: 'it is dialled' });
    await link.close({ timeoutMs: 0 });
    assert.equal(((await open) as { code?: string }).code, 'CLOSED');
    await proxy.close();
    await until(() => openSockets() <= sockets - 3, { what: 'no socket is left' });
  });
});

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}
