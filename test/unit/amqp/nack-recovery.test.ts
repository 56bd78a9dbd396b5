import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { TestBroker } from 'waybill/testing';
import { NackRecovery } from '../../../src/amqp/publishing/nack-recovery.js';
import type { PendingPublish } from '../../../src/amqp/publishing/pending-publish.js';
import { numbered, ownLink, rejection, toQueue } from '../../broker/amqp/fixture.js';
import { FrameTap } from '../../support/frame-tap.js';
import { SideChannel } from '../../support/side-channel.js';

const QUEUE = 'orders';

/** A link that has published once, and what the broker gets from it. */
async function given(t: TestContext) {
  const broker = await TestBroker.start();
  t.after(() => broker.close());
  const tap = await FrameTap.forUrl(broker.url);
  t.after(() => tap.close());
  {
    await using side = await SideChannel.connect(broker.url);
    await side.onChannel((channel) => channel.assertQueue(QUEUE));
  }
  const link = ownLink(t, tap.url);
  await link.publish(toQueue(QUEUE, 'first'));
  const opened = (): number => tap.of('channel.open').length;
  const texts = (): string[] => broker.queue(QUEUE)?.messages.map(({ text }) => text) ?? [];
  return { broker, link, opened, texts };
}

describe('a nack', () => {
  it('long after a reconnect rejects its message at once; the channel is replaced, and the messages around it arrive once, in order', async (t) => {
    const { broker, link, opened, texts } = await given(t);
    const before = opened();
    broker.nackNext({ match: ({ text }) => text === 'm 50', times: 9 });
    const all = numbered('m', 100).map((text) => rejection(link.publish(toQueue(QUEUE, text))));
    const outcomes = (await Promise.all(all)) as { readonly code?: string }[];
    assert.deepEqual(
      outcomes.flatMap((outcome, index) => (outcome ? [[index, outcome.code]] : [])),
      [[50, 'PUBLISH_REFUSED']],
    );
    await link.publish(toQueue(QUEUE, 'last'));
    const good = numbered('m', 100).filter((text) => text !== 'm 50');
    assert.deepEqual(texts(), ['first', ...good, 'last']);
    assert.equal(opened(), before + 1);
  });

  it('of a queue that stays full does not have the channel replaced again soon', async (t) => {
    const { broker, link, opened } = await given(t);
    broker.nackNext({ times: 20 });
    for (const text of numbered('m', 20)) assert.ok(await rejection(link.publish(toQueue(QUEUE, text))));
    await link.publish(toQueue(QUEUE, 'last'));
    const after = opened();
    broker.nackNext({ times: 20 });
    for (const text of numbered('n', 20)) assert.ok(await rejection(link.publish(toQueue(QUEUE, text))));
    assert.equal(opened(), after);
  });

  it('soon after a reconnect rejects no message: all are sent again, on fresh channels, until they are confirmed', async (t) => {
    const { broker, link, opened, texts } = await given(t);
    await broker.cut();
    const before = opened();
    // Each of three channels gets nothing but nacks.
    broker.nackNext({ match: () => opened() <= before + 3, times: 1_000 });
    const sent = numbered('m', 100);
    await Promise.all(sent.map((text) => link.publish(toQueue(QUEUE, text))));
    assert.deepEqual(texts(), ['first', ...sent]);
    assert.equal(opened(), before + 4);
  });

  it('soon after a reconnect ends the connection, if the broker does not even close the channel', async (t) => {
    const { broker, link, texts } = await given(t);
    await broker.cut();
    await broker.until(() => broker.connections.length > 0);
    broker.nackNext({
      match: () => {
        setImmediate(() => broker.stall());
        return true;
      },
    });
    await Promise.all(numbered('m', 3).map((text) => link.publish(toQueue(QUEUE, text))));
    assert.deepEqual([...new Set(texts())].sort(), ['first', 'm 0', 'm 1', 'm 2']);
    assert.match((await link.health()).publishing.lastError ?? '', /does not answer/);
  });

  it('soon after a reconnect is not retried beyond the deadline of its message, nor when the link is closed', async (t) => {
    const { broker, link } = await given(t);
    await broker.cut();
    broker.nackNext({ times: 10_000 });
    const late = (await rejection(link.publish(toQueue(QUEUE, 'late'), { timeoutMs: 300 }))) as {
      code: string;
    };
    assert.equal(late.code, 'PUBLISH_TIMEOUT');
    const open = rejection(link.publish(toQueue(QUEUE, 'open')));
    await link.close({ timeoutMs: 100 });
    assert.equal(((await open) as { code: string }).code, 'CLOSED');
  });
});

describe('what a nack means', () => {
  const publish = {} as PendingPublish;

  function clocked(t: TestContext, mayReplaceInQuiet = true) {
    const clock = { ms: 0 };
    t.mock.method(performance, 'now', () => clock.ms);
    return { clock, nacks: new NackRecovery({ mayReplaceInQuiet }) };
  }

  it('is taken to be an election for 10 s after a reconnect, and a full queue after that', (t) => {
    const { clock, nacks } = clocked(t);
    assert.equal(nacks.keep(publish), false);
    nacks.reconnected();
    clock.ms = 9_999;
    assert.equal(nacks.keep(publish), true);
    clock.ms = 10_000;
    assert.equal(nacks.keep(publish), false);
    assert.deepEqual(nacks.release(), [publish]);
    assert.deepEqual(nacks.release(), []);
  });

  it('is a reason for one new channel at a time, and long after a reconnect for one in 5 s', (t) => {
    const { clock, nacks } = clocked(t);
    const nacked = (): boolean => {
      nacks.keep(publish);
      return nacks.claim();
    };
    assert.deepEqual([nacked(), nacks.isHeld, nacked()], [true, true, false]);
    nacks.release();
    clock.ms = 4_999;
    assert.deepEqual([nacked(), nacks.isHeld], [false, false]);
    clock.ms = 5_000;
    assert.equal(nacked(), true);
  });

  it('is no reason to replace a channel on which replies are awaited, but after a reconnect, when they are lost already', (t) => {
    const { nacks } = clocked(t, false);
    nacks.keep(publish);
    assert.equal(nacks.claim(), false);
    nacks.reconnected();
    nacks.keep(publish);
    assert.equal(nacks.claim(), true);
  });
});
