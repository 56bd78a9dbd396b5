// Connections that are lost as soon as they are there: a proxy that gives up each, or a broker that goes away again and again.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brokerUrl, sideChannel, suiteOwner, uniqueName } from '../../support/broker.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { ownLink, takeAll, toQueue } from './fixture.js';

const LOSSES = 5;

describe('a connection that is lost as soon as it is up', () => {
  const owner = suiteOwner();

  it('T-A8: comes again with back-off, tells of one outage, and works when it is left alone', async (t) => {
    const side = await sideChannel(owner);
    const queue = uniqueName('queue');
    await side.onChannel((channel) => channel.assertQueue(queue, { expires: 60_000 }));
    const proxy = await TcpProxy.forUrl(brokerUrl());
    t.after(() => proxy.close());
    const lines: string[] = [];
    const keep = (line: string): void => void lines.push(line);
    const link = ownLink(t, proxy.urlFor(brokerUrl()), {
      logger: { debug: () => {}, info: keep, warn: keep, error: keep },
    });
    let ups = 0;
    link.events.on('up', () => {
      if (++ups <= LOSSES) setImmediate(() => proxy.cut());
    });
    const begun = performance.now();
    await link.openPublishing();
    await until(() => ups > LOSSES, { what: `it was up ${LOSSES + 1} times` });
    // Before the next ones 100, 200, 400, 800 and 1,600 ms, a quarter less by chance.
    assert.ok(performance.now() - begun > 3_100 * 0.75);
    await link.publish(toQueue(queue, 'at last'));
    assert.deepEqual(
      (await takeAll(side, queue)).map(({ text }) => text),
      ['at last'],
    );
    assert.ok(lines.length <= 2 * (LOSSES + 1), lines.join('\n'));
  });
});
