import assert from 'node:assert/strict';
import { Session } from 'node:inspector/promises';
import { before, beforeEach, describe, it } from 'node:test';
import { brokerUrl, sideChannel, suiteOwner, uniqueName } from '../../support/broker.js';
import type { SideChannel } from '../../support/side-channel.js';
import { until } from '../../support/until.js';
import { numbered, ownLink, toQueue } from './fixture.js';
import { WrittenFrames } from './written-frames.js';

/** What a thousand messages cost, in things that can be counted: no clock is looked at. */
describe('a thousand messages', () => {
  const owner = suiteOwner();
  const port = Number(new URL(brokerUrl()).port);
  let side: SideChannel;
  let queue: string;
  before(async () => {
    side = await sideChannel(owner);
  });
  beforeEach(async (t) => {
    queue = uniqueName('economy');
    await side.onChannel((channel) => channel.assertQueue(queue, { autoDelete: true }));
    if ('after' in t) t.after(() => side.onChannel((channel) => channel.deleteQueue(queue)));
  });

  it('leave in at most five writes', async (t) => {
    const link = ownLink(t, brokerUrl());
    await link.publish(toQueue(queue, 'first'));
    const written = new WrittenFrames(t, port);
    await Promise.all(numbered('m', 1_000).map((text) => link.publish(toQueue(queue, text))));
    t.diagnostic(`${written.writes} writes`);
    assert.equal(written.count('basic.publish'), 1_000);
    assert.ok(written.writes <= 5, `${written.writes} writes`);
  });

  it('are acked in at most 150 frames', async (t) => {
    const link = ownLink(t, brokerUrl());
    for (const text of numbered('m', 1_000)) void link.publish(toQueue(queue, text));
    await side.waitForDepth(queue, 1_000);
    const written = new WrittenFrames(t, port);
    let count = 0;
    const options = { prefetch: 1_000 };
    const consumer = await link.openConsumer((delivery) => {
      count++;
      delivery.ack();
    }, options);
    t.after(() => consumer.drain({ timeoutMs: 5_000 }));
    await consumer.consume(queue);
    await until(() => count === 1_000, { what: 'all are handled' });
    await until(async () => (await link.health()).ok, { what: 'the broker has heard of it' });
    t.diagnostic(`${written.count('basic.ack')} acks`);
    // One for each piece in which TCP brings the deliveries.
    assert.ok(written.count('basic.ack') >= 1 && written.count('basic.ack') <= 150);
  });

  it('share one timer for their deadlines', async (t) => {
    const link = ownLink(t, brokerUrl());
    await link.publish(toQueue(queue, 'first'));
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const one = link.publish(toQueue(queue, 'one'));
    const before = timers();
    const all = numbered('m', 1_000).map((text) => link.publish(toQueue(queue, text)));
    assert.ok(timers() <= before, `${timers()} timers instead of ${before}`);
    await Promise.all([one, ...all]);
  });

  it('allocate less than 4,000 bytes each while they are published', async (t) => {
    const link = ownLink(t, brokerUrl());
    const publish = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        await Promise.all(numbered('m', 250).map((text) => link.publish(toQueue(queue, text))));
      }
    };
    await publish(40);
    const bytes = await allocated(() => publish(40));
    t.diagnostic(`${Math.round(bytes / 10_000)} bytes for each message`);
    assert.ok(bytes > 0 && bytes / 10_000 < 4_000, `${bytes / 10_000} bytes for each message`);
  });
});

/** How many bytes of heap `work` took, what the collector has back already included; by sampling, within a few percent. */
async function allocated(work: () => Promise<void>): Promise<number> {
  const session = new Session();
  session.connect();
  const collected = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true };
  await session.post('HeapProfiler.startSampling', { samplingInterval: 4_096, ...collected });
  await work();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  return sizeOf(profile.head);
}

interface Node {
  readonly selfSize: number;
  readonly children: readonly Node[];
}

function sizeOf({ selfSize, children }: Node): number {
  return children.reduce((sum, child) => sum + sizeOf(child), selfSize);
}
