import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { freshVhost, sideChannel, suiteOwner, type TestVhost, uniqueName } from '../../support/broker.js';
import type { SideChannel } from '../../support/side-channel.js';

describe('the support for broker tests', () => {
  const owner = suiteOwner();
  let vhost: TestVhost;
  let side: SideChannel;
  before(async () => {
    vhost = await freshVhost(owner);
    side = await sideChannel(owner, vhost.url);
  });

  it('gives each file a vhost of its own', async (t) => {
    assert.notEqual(uniqueName('queue'), uniqueName('queue'));
    assert.equal(decodeURIComponent(new URL(vhost.url).pathname.slice(1)) || '/', vhost.name);
    const queue = uniqueName('here-only');
    await side.onChannel((channel) => channel.assertQueue(queue));
    const elsewhere = await sideChannel(t, (await freshVhost(t)).url);
    const seen = vhost.isolated ? undefined : { messages: 0, consumers: 0 };
    assert.deepEqual(await elsewhere.look(queue), seen);
  });

  it('looks into queues, sends raw bytes and takes messages', async () => {
    const queue = uniqueName('side');
    await assert.rejects(side.depth(queue), /There is no queue side-/);
    await side.onChannel((channel) => channel.assertQueue(queue, { durable: false, autoDelete: true }));
    assert.equal(await side.take(queue), undefined);
    await side.publish('', queue, Buffer.from([0, 255, 7]), { headers: { key: 'value' } });
    await side.waitForDepth(queue, 1);
    await assert.rejects(side.waitForDepth(queue, 2, 50), /until side-.* holds 2 messages/);
    const message = await side.waitForMessage(queue);
    assert.deepEqual([...message.content], [0, 255, 7]);
    assert.deepEqual({ ...message.properties.headers }, { key: 'value' });
    assert.deepEqual(await side.look(queue), { messages: 0, consumers: 0 });
  });
});
