import assert from 'node:assert/strict';
import { before, beforeEach, describe, it, type TestContext } from 'node:test';
import type { Delivery } from '../../../src/amqp/index.js';
import { brokerUrl, sideChannel, suiteOwner, uniqueName } from '../../support/broker.js';
import { SideChannel } from '../../support/side-channel.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { ownLink } from './fixture.js';

/** What a handler does with each delivery; it may wait. */
type Handle = (delivery: Delivery) => void | Promise<void>;

describe('a consumer', () => {
  const owner = suiteOwner();
  let side: SideChannel;
  let queue: string;
  before(async () => {
    side = await sideChannel(owner);
  });
  beforeEach(async () => {
    queue = uniqueName('subscribed');
    await side.onChannel((channel) => channel.assertQueue(queue, { expires: 60_000 }));
  });

  async function consume(t: TestContext, handle: Handle, url = brokerUrl()) {
    const link = ownLink(t, url);
    const consumer = await link.openConsumer(handle, { concurrency: 5 });
    t.after(async () => void (await consumer.drain({ timeoutMs: 1_000 })));
    await consumer.consume(queue);
    return { link, consumer };
  }

  it('goes on with one queue while another one is locked, says so in its health, and consumes from it again when it is free', async (t) => {
    const texts: string[] = [];
    const { link, consumer } = await consume(t, (delivery) => {
      texts.push(delivery.content.toString());
      delivery.ack();
    });
    const other = uniqueName('locked');
    await side.onChannel((channel) => channel.assertQueue(other));
    await consumer.consume(other);
    assert.equal((await link.health()).ok, true);
    await side.onChannel((channel) => channel.deleteQueue(other));
    const owner = await SideChannel.connect(brokerUrl());
    t.after(() => owner.close());
    await owner.onChannel((channel) => channel.assertQueue(other, { exclusive: true }));
    await until(async () => !(await link.health()).ok, { what: 'it is unwell' });
    for (let number = 0; number < 50; number++) {
      await side.publish('', queue, `m ${number}`);
      assert.equal((await side.look(queue))?.consumers, 1);
    }
    await until(() => texts.length === 50, { what: 'all have come' });
    assert.deepEqual(new Set(texts).size, 50);
    const { queues } = await link.health();
    assert.deepEqual(
      queues.map(({ queue: name, ok }) => [name, ok]),
      [
        [queue, true],
        [other, false],
      ],
    );
    await owner.close();
    // RabbitMQ 4.3 may delete it a moment after its connection was closed.
    await until(() => side.onChannel((channel) => channel.assertQueue(other)), { what: 'it is free again' });
    await until(async () => (await link.health()).ok, { what: 'it is well', limitMs: 10_000 });
    await side.publish('', other, 'again');
    await until(() => texts.includes('again'), { what: 'the other one is consumed again' });
    await side.onChannel((channel) => channel.deleteQueue(other));
  });

  it('that is drained by its own handler does not wait for that handler, and gives the rest back', async (t) => {
    let report: unknown;
    const { consumer } = await consume(t, (delivery) => {
      void consumer.drain({ timeoutMs: 60_000 }).then((drained) => {
        report = drained;
      });
      delivery.ack();
    });
    await Promise.all([1, 2, 3, 4, 5].map((number) => side.publish('', queue, `m ${number}`)));
    await until(() => report, { what: 'it is drained', limitMs: 10_000 });
    assert.deepEqual(report, { unfinished: 0, runs: [] });
    await side.waitForDepth(queue, 4);
  });

  it('that has lost its channel begins a redelivered message only when the first run of its handler has ended', async (t) => {
    const proxy = await TcpProxy.forUrl(brokerUrl());
    t.after(() => proxy.close());
    const running = new Map<string, number>();
    const begun: string[] = [];
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { consumer } = await consume(
      t,
      async (delivery) => {
        const text = delivery.content.toString();
        begun.push(text);
        running.set(text, (running.get(text) ?? 0) + 1);
        if (text !== 'two') assert.equal(running.get(text), 1, `${text} runs twice at once`);
        if (begun.length <= 4) await released;
        running.set(text, 0);
        delivery.ack();
      },
      proxy.urlFor(brokerUrl()),
    );
    // The second and the third are alike: nothing may be lost of two messages that nobody can tell from each other.
    for (const text of ['one', 'two', 'two', 'three']) await side.publish('', queue, text);
    await until(() => begun.length === 4, { what: 'they have begun' });
    proxy.cut();
    await until(() => consumer.queues[0]?.active === true && proxy.open > 0, { what: 'it is back' });
    await side.publish('', queue, 'four');
    await until(() => begun.includes('four'), { what: 'others are begun' });
    assert.deepEqual(begun, ['one', 'two', 'two', 'three', 'four']);
    release();
    await until(() => begun.length === 9, { what: 'those have come again' });
    await side.waitForDepth(queue, 0);
    assert.deepEqual(begun.slice(5).sort(), ['one', 'three', 'two', 'two']);
  });
});
