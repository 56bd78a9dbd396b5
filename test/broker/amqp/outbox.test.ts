// What waits for a broker that is away: bounded, each by its own deadline, and never dropped in silence.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it, type TestContext } from 'node:test';
import { isWaybillError, type OutboxLimits } from 'waybill';
import { freshVhost, sideChannel, suiteOwner, type TestVhost, uniqueName } from '../../support/broker.js';
import type { SideChannel } from '../../support/side-channel.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { numbered, ownLink, rejection, takeAll, toQueue } from './fixture.js';

describe('an outbox', () => {
  const owner = suiteOwner();
  let vhost: TestVhost;
  let side: SideChannel;
  let queue: string;
  before(async () => {
    vhost = await freshVhost(owner);
    side = await sideChannel(owner, vhost.url);
  });
  beforeEach(async () => {
    queue = uniqueName('outbox');
    await side.onChannel((channel) => channel.assertQueue(queue));
  });

  /** A link whose broker has gone away, after one message. */
  async function away(t: TestContext, outbox: OutboxLimits = {}) {
    const proxy = await TcpProxy.forUrl(vhost.url);
    t.after(() => proxy.close());
    const link = ownLink(t, proxy.urlFor(vhost.url), { outbox });
    await link.publish(toQueue(queue, 'first'));
    proxy.refuse();
    proxy.cut();
    await until(() => !link.publishing, { what: 'the loss is noticed' });
    return { proxy, link };
  }

  /** The codes of those that failed, by their number. */
  async function failures(publishes: readonly Promise<void>[]): Promise<(readonly [number, unknown])[]> {
    const outcomes = await Promise.all(publishes.map(rejection));
    return outcomes.flatMap((error, number) =>
      error === undefined ? [] : [[number, isWaybillError(error) ? error.code : error] as const],
    );
  }

  async function arrived(): Promise<string[]> {
    return (await takeAll(side, queue)).map(({ text }) => text);
  }

  const full = (number: number) => [number, 'OUTBOX_FULL'] as const;

  it("whenFull: 'fail' rejects messages over the limit at once; those that were accepted arrive in order", async (t) => {
    const { proxy, link } = await away(t, { maxMessages: 5, whenFull: 'fail' });
    const publishes = numbered('m', 8).map((text) => link.publish(toQueue(queue, text)));
    assert.deepEqual(await failures(publishes.slice(5)), [full(0), full(1), full(2)]);
    await proxy.pass();
    assert.deepEqual(await failures(publishes), [full(5), full(6), full(7)]);
    assert.deepEqual(await arrived(), ['first', ...numbered('m', 5)]);
    await link.publish(toQueue(queue, 'there is room again'));
  });

  it("whenFull: 'fail' counts bytes, too", async (t) => {
    const { proxy, link } = await away(t, { maxBytes: 1_000, whenFull: 'fail' });
    const content = Buffer.alloc(400, 'x');
    const publishes = numbered('m', 3).map((text) => link.publish(toQueue(queue, text, { content })));
    assert.deepEqual(await failures(publishes.slice(2)), [full(0)]);
    await proxy.pass();
    assert.deepEqual(await failures(publishes), [full(2)]);
    assert.equal((await arrived()).length, 3);
  });

  it("whenFull: 'drop-oldest' drops the oldest message that was not sent yet, and rejects its promise", async (t) => {
    const { proxy, link } = await away(t, { maxMessages: 5, whenFull: 'drop-oldest' });
    const publishes = numbered('m', 8).map((text) => link.publish(toQueue(queue, text)));
    assert.deepEqual(await failures(publishes.slice(0, 3)), [full(0), full(1), full(2)]);
    await proxy.pass();
    assert.deepEqual(await failures(publishes), [full(0), full(1), full(2)]);
    assert.deepEqual(await arrived(), ['first', ...numbered('m', 8).slice(3)]);
  });

  it("whenFull: 'drop-oldest' never drops a message that was sent: where all were sent, it drops the new one", async (t) => {
    const proxy = await TcpProxy.forUrl(vhost.url);
    t.after(() => proxy.close());
    const outbox = { maxMessages: 3, whenFull: 'drop-oldest' } as const;
    const link = ownLink(t, proxy.urlFor(vhost.url), { outbox });
    await link.publish(toQueue(queue, 'first'));
    proxy.stall();
    const sent = numbered('m', 5).map((text) => link.publish(toQueue(queue, text)));
    const failed = failures(sent);
    assert.deepEqual((await link.health({ timeoutMs: 1 })).outbox, { waiting: 0, unconfirmed: 3 });
    await proxy.pass();
    assert.deepEqual(await failed, [full(3), full(4)]);
    assert.deepEqual(await arrived(), ['first', ...numbered('m', 3)]);
  });

  it("whenFull: 'wait', the default, accepts all messages and holds back callers that await", async (t) => {
    const { proxy, link } = await away(t, { maxMessages: 5 });
    const publishes = numbered('m', 50).map((text) => link.publish(toQueue(queue, text)));
    assert.deepEqual((await link.health()).outbox, { waiting: 50, unconfirmed: 0 });
    await proxy.pass();
    assert.deepEqual(await failures(publishes), []);
    assert.deepEqual(await arrived(), ['first', ...numbered('m', 50)]);
  });

  it('T-B12: has at most maxBytes and one message on their way until the broker has confirmed some', async (t) => {
    const proxy = await TcpProxy.forUrl(vhost.url);
    t.after(() => proxy.close());
    const link = ownLink(t, proxy.urlFor(vhost.url), { outbox: { maxBytes: 4 * 1024 * 1024 } });
    await link.publish(toQueue(queue, 'first'));
    proxy.stall();
    const content = Buffer.alloc(1024 * 1024, 'x');
    const before = process.memoryUsage().rss;
    const publishes = numbered('m', 400).map((text) => link.publish(toQueue(queue, text, { content })));
    const failed = failures(publishes);
    assert.deepEqual((await link.health({ timeoutMs: 1 })).outbox, { waiting: 396, unconfirmed: 4 });
    const grown = process.memoryUsage().rss - before;
    assert.ok(grown < 100 * 1024 * 1024, `${grown} bytes more, all of them are 400 MiB`);
    await side.onChannel((channel) => channel.deleteQueue(queue));
    await side.onChannel((channel) => channel.assertQueue(queue, { maxLength: 1 }));
    await proxy.pass();
    assert.deepEqual(await failed, []);
  });

  it('gives up each message by its own deadline, says that the broker cannot be reached, and sends none of them later', async (t) => {
    const { proxy, link } = await away(t);
    const patient = link.publish(toQueue(queue, 'patient'), { timeoutMs: 20_000 });
    const order: string[] = [];
    const impatient = [300, 100].map(async (timeoutMs) => {
      const error = await rejection(link.publish(toQueue(queue, `impatient ${timeoutMs}`), { timeoutMs }));
      order.push(`${timeoutMs} ${(error as { code: string }).code}`);
      assert.match(String(error), /The broker cannot be reached; whether it arrived is unknown/);
    });
    await Promise.all(impatient);
    assert.deepEqual(order, ['100 PUBLISH_TIMEOUT', '300 PUBLISH_TIMEOUT']);
    await proxy.pass();
    await patient;
    assert.deepEqual(await arrived(), ['first', 'patient']);
  });
});
