// A broker that is low on memory takes no messages: shown on a node of its own, by its own alarm.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it, type TestContext } from 'node:test';
import { Exchange, GenericProducer, isWaybillError, MessageProcessor, silentLogger } from 'waybill';
import type { Delivery } from '../../../src/amqp/index.js';
import { uniqueName } from '../../support/broker.js';
import { RabbitNode } from '../../support/rabbit-node.js';
import { SideChannel } from '../../support/side-channel.js';
import { command } from '../../support/stage/envelopes.js';
import { Gate } from '../../support/stage/gate.js';
import { until } from '../../support/until.js';
import { numbered, ownLink, rejection, toQueue } from './fixture.js';

class Failing extends MessageProcessor {
  readonly gate = new Gate();
  runs = 0;
}
Failing.handle('command', 'fail', async function () {
  this.runs++;
  await this.gate.opened;
  throw new Error('it fails');
});

describe('while the broker has a memory alarm', () => {
  let node: RabbitNode;
  let side: SideChannel;
  let queue: string;
  before(async () => {
    node = await RabbitNode.start();
    side = await SideChannel.connect(node.url);
  });
  after(async () => {
    await side?.close();
    await node?.close();
  });
  beforeEach(async () => {
    queue = uniqueName('queue');
    await side.onChannel((channel) => channel.assertQueue(queue));
  });

  const watermark = (share: string): Promise<string> =>
    node.ctl('rabbitmqctl', ['set_vm_memory_high_watermark', share]);

  async function alarm(t: TestContext): Promise<void> {
    t.after(() => watermark('0.4'));
    await watermark('0.0001');
  }

  /** By its own tool: whoever publishes hears nothing from it. */
  async function unacked(): Promise<number> {
    const table = await node.ctl('rabbitmqctl', ['-q', 'list_queues', 'name', 'messages_unacknowledged']);
    return Number(new RegExp(`^${queue}\\t(\\d+)$`, 'm').exec(table)?.[1]);
  }

  it('publishers wait, health and events say why, and publishing goes on when the alarm is over', async (t) => {
    const link = ownLink(t, node.url);
    const events: string[] = [];
    link.events.on('blocked', (connection, reason) => void events.push(`${connection}: ${reason}`));
    link.events.on('unblocked', (connection) => void events.push(`${connection} again`));
    await link.publish(toQueue(queue, 'before'));
    assert.equal((await link.health()).ok, true);
    await alarm(t);
    let confirmed = 0;
    const published = numbered('m', 10).map((text) =>
      link.publish(toQueue(queue, text)).then(() => confirmed++),
    );
    await until(() => events.length === 1, { what: 'it is blocked' });
    assert.deepEqual(events, ['publishing: low on memory']);
    const { ok, publishing, consuming, outbox } = await link.health();
    assert.deepEqual([ok, publishing.state, publishing.blocked], [false, 'up', 'low on memory']);
    assert.deepEqual([consuming.blocked, outbox], [undefined, { waiting: 0, unconfirmed: 10 }]);
    const late = await rejection(link.publish(toQueue(queue, 'late'), { timeoutMs: 200 }));
    assert.ok(isWaybillError(late, 'PUBLISH_TIMEOUT'));
    assert.match(late.message, /blocked by an alarm/);
    assert.equal(confirmed, 0);
    await watermark('0.4');
    await Promise.all(published);
    assert.deepEqual(events, ['publishing: low on memory', 'publishing again']);
    assert.equal((await link.health()).ok, true);
    // What had timed out was on its way: nobody could know.
    await side.waitForDepth(queue, 12);
  });

  it('consumers go on: deliveries come, and acks are heard', async (t) => {
    for (const text of numbered('m', 60)) await side.publish('', queue, text);
    const link = ownLink(t, node.url);
    const held: Delivery[] = [];
    const consumer = await link.openConsumer((delivery) => void held.push(delivery), { prefetch: 20 });
    t.after(async () => void (await consumer.drain({ timeoutMs: 100 })));
    await consumer.consume(queue);
    await until(() => held.length === 20, { what: 'the first have come' });
    await link.openPublishing();
    await alarm(t);
    const published = link.publish(toQueue(queue, 'waits'));
    await until(async () => (await link.health()).publishing.blocked !== undefined, {
      what: 'it is blocked',
    });
    for (const round of [1, 2, 3]) {
      for (const delivery of held.splice(0)) delivery.ack();
      if (round < 3) await until(() => held.length === 20, { what: `more have come (${round})` });
    }
    await until(async () => (await unacked()) === 0, {
      what: 'the broker has heard all acks',
      limitMs: 15_000,
    });
    assert.equal((await link.health()).queues[0]?.ok, true);
    await watermark('0.4');
    await published;
    await until(() => held.length === 1, { what: 'what had waited has come' });
  });

  it('holds up a component that answers calls, its acks with its answers, and not one in its process that only consumes', async (t) => {
    const calls = uniqueName('calls');
    await side.onChannel((channel) => channel.assertQueue(calls));
    const taken: unknown[] = [];
    class Answering extends MessageProcessor {}
    Answering.handle('command', 'ask', () => 'answer', { category: 'rpc' });
    const gate = new Gate();
    class Consuming extends MessageProcessor {
      static override readonly concurrency = 20;
    }
    Consuming.handle('command', 'note', async (content) => {
      taken.push(content);
      await gate.opened;
    });
    const start = async (Processor: typeof MessageProcessor, from: string): Promise<MessageProcessor> => {
      const eqks = [[Exchange, [[from, from]]]] as const;
      const processor = new Processor({ url: node.url, logger: silentLogger, eqks });
      t.after(() => processor.close());
      await processor.start();
      return processor;
    };
    const answering = await start(Answering, calls);
    const consuming = await start(Consuming, queue);
    class Caller extends GenericProducer {
      static override readonly eks = [[Exchange, calls]] as const;
    }
    const caller = await Caller.connect({ url: node.url, logger: silentLogger });
    t.after(() => caller.close());
    assert.equal((await caller.rpc('ask')).unwrap(), 'answer');
    const notes = numbered('note', 20);
    for (const note of notes) await side.publish('', queue, JSON.stringify(command('note', note)));
    await until(() => taken.length === 20, { what: 'they are taken' });
    await alarm(t);
    const call = caller.with({ timeoutMs: 120_000 }).rpc('ask');
    await until(async () => (await caller.health()).publishing.blocked !== undefined, {
      what: 'it is blocked',
    });
    gate.open();
    assert.equal((await consuming.health()).consuming.blocked, undefined);
    await until(async () => (await unacked()) === 0, { what: 'its acks are heard', limitMs: 15_000 });
    await watermark('0.4');
    assert.equal((await call).unwrap(), 'answer');
    assert.equal((await answering.health()).ok, true);
  });

  it('a failed message is neither lost nor run again: it is parked when the alarm is over', async (t) => {
    const processor = new Failing({
      url: node.url,
      logger: silentLogger,
      eqks: [[Exchange, [[queue, queue]]]],
    });
    t.after(() => processor.close());
    await processor.start();
    await processor.consumer.link.openPublishing();
    await side.publish('', queue, JSON.stringify(command('fail')));
    await until(() => processor.runs === 1, { what: 'it runs' });
    await alarm(t);
    processor.gate.open();
    const blocked = async (): Promise<boolean> => (await processor.health()).publishing.blocked !== undefined;
    await until(blocked, { what: 'the copy that is to be parked is held up' });
    assert.equal(await side.depth(`${queue}.failed`), 0);
    assert.equal(await unacked(), 1);
    await watermark('0.4');
    await side.waitForDepth(`${queue}.failed`, 1);
    assert.equal(processor.runs, 1);
    await until(async () => (await unacked()) === 0, { what: 'the original is acked', limitMs: 15_000 });
  });

  it('a link can be closed in time; publishes that wait for their confirm are rejected', async (t) => {
    const link = ownLink(t, node.url);
    await link.publish(toQueue(queue, 'before'));
    await alarm(t);
    const open = rejection(link.publish(toQueue(queue, 'open')));
    await until(async () => (await link.health()).publishing.blocked !== undefined, {
      what: 'it is blocked',
    });
    const begun = performance.now();
    await link.close({ timeoutMs: 200 });
    assert.ok(performance.now() - begun < 10_000);
    assert.equal(((await open) as { code: string }).code, 'CLOSED');
  });
});
