import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { before, beforeEach, describe, it } from 'node:test';
import { freshVhost, sideChannel, suiteOwner, type TestVhost, uniqueName } from '../../support/broker.js';
import { atLeast } from '../../support/broker-version.js';
import type { SideChannel } from '../../support/side-channel.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { firstOf, numbered, ownLink, rejection, takeAll, toQueue } from './fixture.js';

/** Since 4.0 RabbitMQ takes 16 MiB at most, and closes the channel for more. */
const TOO_LARGE = ['17 MiB', { content: Buffer.alloc(17 * 1024 * 1024) }, /larger than/] as const;

describe('a publisher', () => {
  const owner = suiteOwner();
  let vhost: TestVhost;
  let side: SideChannel;
  let queue: string;
  before(async () => {
    vhost = await freshVhost(owner);
    side = await sideChannel(owner, vhost.url);
  });
  beforeEach(async () => {
    queue = uniqueName('publisher');
    await side.onChannel((channel) => channel.assertQueue(queue));
  });

  it('resolves when the message is in the queue, as it was given', async (t) => {
    const link = ownLink(t, vhost.url);
    const properties = {
      type: 'ping',
      appId: 'test',
      headers: { key: 'value', list: [1, null] },
      priority: 3,
    };
    await link.publish(toQueue(queue, 'grüße', { properties }));
    const message = await side.take(queue);
    assert.equal(message?.content.toString(), 'grüße');
    assert.deepEqual(
      [message.properties.messageId, message.properties.deliveryMode, message.properties.type],
      ['id of grüße', 2, 'ping'],
    );
    assert.deepEqual({ ...message.properties.headers }, properties.headers);
  });

  it('keeps the order of what is published', async (t) => {
    const link = ownLink(t, vhost.url);
    const texts = numbered('message', 3_000);
    await Promise.all(texts.map((text) => link.publish(toQueue(queue, text))));
    const taken = await takeAll(side, queue);
    assert.deepEqual(
      taken.map(({ text }) => text),
      texts,
    );
  });

  it('publishes an empty body and one of five megabytes alike', async (t) => {
    const link = ownLink(t, vhost.url);
    const bodies = [Buffer.alloc(0), Buffer.alloc(5_000_000, 7), Buffer.alloc(131_072 - 8), Buffer.alloc(1)];
    await Promise.all(bodies.map((content) => link.publish(toQueue(queue, 'x', { content }))));
    for (const body of bodies) assert.ok((await side.take(queue))?.content.equals(body));
  });

  it('has no more unconfirmed messages than its window; further ones wait for room', async (t) => {
    const proxy = await TcpProxy.forUrl(vhost.url);
    t.after(() => proxy.close());
    const link = ownLink(t, proxy.urlFor(vhost.url));
    await link.openPublishing();
    const publisher = link.newPublisher({ window: 5 });
    await publisher.publish(toQueue(queue, 'first'));
    proxy.stall();
    const texts = numbered('message', 20);
    const published = Promise.all(texts.map((text) => publisher.publish(toQueue(queue, text))));
    assert.deepEqual(publisher.fill, { waiting: 15, unconfirmed: 5 });
    await proxy.pass();
    await published;
    assert.deepEqual(publisher.fill, { waiting: 0, unconfirmed: 0 });
    const taken = await takeAll(side, queue);
    assert.deepEqual(
      taken.map(({ text }) => text),
      ['first', ...texts],
    );
  });

  it('D7: fails a mandatory message that no queue is bound for, and no other one', async (t) => {
    const link = ownLink(t, vhost.url);
    const nowhere = uniqueName('nowhere');
    const outcomes = await Promise.all(
      numbered('message', 100).map((text, index) =>
        rejection(link.publish(toQueue(index % 3 === 0 ? nowhere : queue, text))),
      ),
    );
    for (const [index, error] of outcomes.entries()) {
      if (index % 3 !== 0) assert.equal(error, undefined);
      else {
        const { code, exchange, routingKey } = error as {
          code: string;
          exchange: string;
          routingKey: string;
        };
        assert.deepEqual([code, exchange, routingKey], ['UNROUTABLE', '', nowhere]);
      }
    }
    assert.equal(await side.depth(queue), 66);
  });

  it('resolves for an unroutable message that is not mandatory', async (t) => {
    const link = ownLink(t, vhost.url);
    await link.publish(toQueue(uniqueName('nowhere'), 'x', { mandatory: false }));
  });

  it('rejects a message that the broker nacks because the queue is full', async (t) => {
    const full = uniqueName('full');
    const limits = { 'x-max-length': 2, 'x-overflow': 'reject-publish' };
    await side.onChannel((channel) => channel.assertQueue(full, { arguments: limits }));
    const link = ownLink(t, vhost.url);
    const outcomes = await Promise.all(
      numbered('m', 5).map((text) => rejection(link.publish(toQueue(full, text)))),
    );
    const codes = outcomes.map((error) => (error as { code?: string } | undefined)?.code);
    assert.deepEqual(codes, [undefined, undefined, 'PUBLISH_REFUSED', 'PUBLISH_REFUSED', 'PUBLISH_REFUSED']);
    assert.match(String(outcomes[2]), /full/);
    await link.publish(toQueue(queue, 'after'));
  });

  const refused = [
    ['an exchange that does not exist', { exchange: 'no-such-exchange' }, /no exchange 'no-such-exchange'/],
    ['an expiration that is no number', { properties: { expiration: '1.5' } }, /expiration/],
    ...(atLeast('4.0') ? [TOO_LARGE] : []),
  ] as const;
  for (const [title, fault, words] of refused) {
    it(`rejects a message with ${title} alone: 200 messages around it arrive, in order`, async (t) => {
      const link = ownLink(t, vhost.url);
      const texts = numbered('good', 200);
      const good = texts.slice(0, 100).map((text) => link.publish(toQueue(queue, text)));
      const bad = rejection(link.publish(toQueue(queue, 'bad', fault)));
      good.push(...texts.slice(100).map((text) => link.publish(toQueue(queue, text))));
      const error = (await bad) as Error & { code: string };
      assert.equal(error.code, 'PUBLISH_REFUSED', String(error));
      assert.match(error.message, words);
      await Promise.all(good);
      await assertArrived(texts);
    });
  }

  it('rejects each of several bad messages, and none of the good ones between them', async (t) => {
    const link = ownLink(t, vhost.url);
    const texts = numbered('m', 60);
    const isBad = (index: number): boolean => index % 20 === 7;
    const outcomes = await Promise.all(
      texts.map((text, index) =>
        rejection(link.publish(toQueue(queue, text, isBad(index) ? { exchange: 'no-such-exchange' } : {}))),
      ),
    );
    for (const [index, error] of outcomes.entries()) {
      assert.equal(
        (error as { code?: string } | undefined)?.code,
        isBad(index) ? 'PUBLISH_REFUSED' : undefined,
      );
    }
    await assertArrived(texts.filter((_, index) => !isBad(index)));
  });

  it('rejects a message that AMQP cannot carry before anything is sent; the messages around it get their own confirms', async (t) => {
    const link = ownLink(t, vhost.url);
    const odd = [
      { headers: { call: () => 1 } },
      { correlationId: 'x'.repeat(256) },
      { priority: 256 },
      { headers: { text: 'x'.repeat(140_000) } },
    ];
    const outcomes = odd.map(async (properties, index) => {
      const bad = rejection(link.publish(toQueue(queue, `odd ${index}`, { properties })));
      await link.publish(toQueue(queue, `good ${index}`));
      return (await bad) as { code?: string } | undefined;
    });
    for (const error of await Promise.all(outcomes))
      assert.equal(error?.code, 'CONFIGURATION', String(error));
    assert.equal(
      ((await rejection(link.publish(toQueue('nowhere', 'x')))) as { code?: string }).code,
      'UNROUTABLE',
    );
    await assertArrived(numbered('good', odd.length));
  });

  it('rejects a message at once when its signal is aborted, with the reason, also before it was sent', async (t) => {
    const proxy = await TcpProxy.forUrl(vhost.url);
    t.after(() => proxy.close());
    const link = ownLink(t, proxy.urlFor(vhost.url));
    await link.publish(toQueue(queue, 'first'));
    proxy.stall();
    const giving = new AbortController();
    const published = rejection(link.publish(toQueue(queue, 'given up'), { signal: giving.signal }));
    const reason = new Error('the user left');
    giving.abort(reason);
    const error = (await published) as Error & { code: string };
    assert.deepEqual([error.code, error.cause], ['CANCELLED', reason]);
    const never = rejection(link.publish(toQueue(queue, 'never'), { signal: AbortSignal.abort(reason) }));
    assert.equal(((await never) as { code: string }).code, 'CANCELLED');
    await proxy.pass();
    await link.publish(toQueue(queue, 'last'));
    const taken = await takeAll(side, queue);
    assert.ok(!taken.some(({ text }) => text === 'never'));
    assert.deepEqual([taken[0]?.text, taken.at(-1)?.text], ['first', 'last']);
  });

  it('T-B11, H-C4: has one listener on a signal that many messages share, and none when they are settled', async (t) => {
    const link = ownLink(t, vhost.url);
    const { signal } = new AbortController();
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    const sent = numbered('m', 50).map((text) => link.publish(toQueue(queue, text), { signal }));
    assert.equal(listeners(), 1);
    await Promise.all(sent);
    assert.equal(listeners(), 0);
  });

  it('waits for the confirms that are missing when the link is closed', async (t) => {
    const link = ownLink(t, vhost.url);
    await link.openPublishing();
    const texts = numbered('m', 2_000);
    const published = texts.map((text) => link.publish(toQueue(queue, text)));
    await link.close();
    await Promise.all(published);
    await assertArrived(texts);
    await assert.rejects(link.publish(toQueue(queue, 'after')), { code: 'CLOSED' });
  });

  it('closes in time although the broker is silent, and rejects what is not confirmed', async (t) => {
    const proxy = await TcpProxy.forUrl(vhost.url);
    t.after(() => proxy.close());
    const link = ownLink(t, proxy.urlFor(vhost.url), { heartbeatSeconds: 0 });
    await link.publish(toQueue(queue, 'first'));
    proxy.stall();
    const sockets = openSockets();
    const open = rejection(link.publish(toQueue(queue, 'open')));
    let closed = false;
    void link.close({ timeoutMs: 100 }).then(() => {
      closed = true;
    });
    await until(() => closed, { what: 'the link is closed', limitMs: 10_000 });
    await until(() => openSockets() === sockets - 1, { what: 'its socket is ended' });
    assert.equal(((await open) as { code: string }).code, 'CLOSED');
  });

  /** All of them are in the queue, each first one in its place; what came twice has the same id. */
  async function assertArrived(texts: readonly string[]): Promise<void> {
    const taken = await takeAll(side, queue);
    assert.deepEqual(firstOf(taken.map(({ text }) => text)), texts);
    for (const { text, id } of taken) assert.equal(id, `id of ${text}`);
  }
});

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}
