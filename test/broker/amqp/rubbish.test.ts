// A broker, or somebody in between, that sends what is no AMQP: the connection is given up and made anew.
import { describe, it, type TestContext } from 'node:test';
import { brokerUrl, sideChannel, suiteOwner, uniqueName } from '../../support/broker.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { ownLink, toQueue } from './fixture.js';

/** Frames: type, channel, size, payload, end. */
const endsTheConnection = {
  text: Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
  'a frame larger than agreed': Buffer.of(1, 0, 1, 0xff, 0xff, 0xff, 0xff),
  'a frame without its end': Buffer.of(8, 0, 0, 0, 0, 0, 0, 0),
  'a method that is cut off': Buffer.of(1, 0, 1, 0, 0, 0, 2, 0, 60, 0xce),
  'a delivery without fields': Buffer.of(1, 0, 1, 0, 0, 0, 4, 0, 60, 0, 60, 0xce),
  'a header without properties': Buffer.of(2, 0, 1, 0, 0, 0, 4, 0, 60, 0, 0, 0xce),
  'an unknown method': Buffer.of(1, 0, 1, 0, 0, 0, 4, 0, 99, 0, 99, 0xce),
};

describe('a peer that sends', () => {
  const owner = suiteOwner();

  async function given(t: TestContext) {
    const side = await sideChannel(owner);
    const queue = uniqueName('queue');
    await side.onChannel((channel) => channel.assertQueue(queue, { autoDelete: true }));
    const proxy = await TcpProxy.forUrl(brokerUrl());
    t.after(() => proxy.close());
    const link = ownLink(t, proxy.urlFor(brokerUrl()));
    await link.publish(toQueue(queue, 'before'));
    return { side, queue, proxy, link };
  }

  for (const [what, bytes] of Object.entries(endsTheConnection)) {
    it(`${what} loses its connection, and no message is lost`, async (t) => {
      const { side, queue, proxy, link } = await given(t);
      proxy.slipIn(1, bytes, 'client');
      await until(() => proxy.accepted > 1, { what: 'there is another connection' });
      await link.publish(toQueue(queue, 'after'));
      await until(async () => (await link.health()).ok, { what: 'the link is well again' });
      await side.waitForDepth(queue, 2);
    });
  }
});
