import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { brokerUrl, sideChannel, suiteOwner, uniqueName } from '../../support/broker.js';
import type { SideChannel } from '../../support/side-channel.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { numbered, ownLink, rejection, takeAll, toQueue } from './fixture.js';

describe('a publish that is refused under load', () => {
  const owner = suiteOwner();
  let side: SideChannel;
  before(async () => {
    side = await sideChannel(owner);
  });

  const loads = [
    ['20 MB behind it', numbered('large', 200), Buffer.alloc(100_000)],
    ['a full window before and behind it', numbered('small', 4_000), Buffer.alloc(10)],
  ] as const;
  for (const [title, names, content] of loads) {
    it(`closes its channel and not the connection: ${title}`, async (t) => {
      const queue = uniqueName('refused');
      await side.onChannel((channel) => channel.assertQueue(queue));
      t.after(() => side.onChannel(async (channel) => void (await channel.deleteQueue(queue))));
      const proxy = await TcpProxy.forUrl(brokerUrl());
      t.after(() => proxy.close());
      const link = ownLink(t, proxy.urlFor(brokerUrl()));
      await link.publish(toQueue(queue, 'first'));
      const bad = [0.1, 0.5, 0.9].map((part) => Math.floor(names.length * part));
      const published = names.flatMap((name, index) => {
        const good = link.publish(toQueue(queue, name, { content }));
        return bad.includes(index) ? [link.publish(toQueue(queue, `no ${name}`, nowhere)), good] : [good];
      });
      const errors = (await Promise.all(published.map(rejection))).filter((error) => error !== undefined);
      assert.deepEqual(
        errors.map((error) => (error as { code?: string }).code),
        bad.map(() => 'PUBLISH_REFUSED'),
      );
      assert.equal(proxy.accepted, 1, 'it had to connect again');
      const arrived = (await takeAll(side, queue)).map(({ id }) => id);
      assert.deepEqual(new Set(arrived), new Set(['first', ...names].map((name) => `id of ${name}`)));
    });
  }

  it('has its deleted exchange declared again, and is rejected as unroutable where no queue is bound to it any more', async (t) => {
    const link = ownLink(t, brokerUrl());
    const [name, queue] = [uniqueName('exchange'), uniqueName('queue')];
    const exchange = { kind: 'exchange', name, type: 'fanout', passive: false, options: {} } as const;
    await link.declare([exchange]);
    await side.onChannel(async (channel) => {
      await channel.assertQueue(queue, { autoDelete: true });
      await channel.deleteExchange(name);
    });
    const lost = await Promise.all(
      numbered('lost', 20).map((text) => rejection(link.publish(toQueue(queue, text, { exchange: name })))),
    );
    assert.deepEqual(
      new Set(lost.map((error) => (error as { code?: string } | undefined)?.code)),
      new Set(['UNROUTABLE']),
    );
    await side.onChannel((channel) => channel.bindQueue(queue, name, ''));
    await link.publish(toQueue(queue, 'arrives', { exchange: name }));
    assert.equal((await side.waitForMessage(queue)).content.toString(), 'arrives');
    await side.onChannel((channel) => channel.deleteExchange(name));
  });
});

const nowhere = { exchange: 'no-such-exchange' };
