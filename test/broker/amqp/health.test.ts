// What health says of a link and of a scheduler. That it never says well when it is not: test/faults/matrix.test.ts.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Exchange, MessageProcessor, MicroScheduler, MicroThread, silentLogger } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { useStage } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { ownLink, toQueue } from './fixture.js';
import { WrittenFrames } from './written-frames.js';

class Desk extends MessageProcessor {}

class Idle extends MicroThread {
  override step(): Promise<void> {
    return new Promise((_, reject) =>
      this.stopSignal.addEventListener('abort', () => reject(this.stopSignal.reason)),
    );
  }
}

describe('the health', () => {
  const stage = useStage();

  async function given(t: TestContext) {
    const proxy = await TcpProxy.forUrl(stage.url);
    t.after(() => proxy.close());
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    return { proxy, queue, url: proxy.urlFor(stage.url) };
  }

  it('of an unused link is well', async (t) => {
    const { url } = await given(t);
    assert.deepEqual(await ownLink(t, url).health(), {
      ok: true,
      publishing: { state: 'unused' },
      consuming: { state: 'unused' },
      outbox: { waiting: 0, unconfirmed: 0 },
      queues: [],
    });
  });

  it('of a link in use has what the broker says of each queue', async (t) => {
    const { url, queue } = await given(t);
    const link = ownLink(t, url);
    const consumer = await link.openConsumer(() => {}, { prefetch: 2 });
    t.after(async () => void (await consumer.drain({ timeoutMs: 10 })));
    await consumer.consume(queue);
    for (let number = 0; number < 5; number++) await link.publish(toQueue(queue, `m ${number}`));
    await until(async () => (await link.health()).queues[0]?.messages === 3, {
      what: 'two are on their way',
    });
    assert.deepEqual(await link.health(), {
      ok: true,
      publishing: { state: 'up' },
      consuming: { state: 'up' },
      outbox: { waiting: 0, unconfirmed: 0 },
      queues: [{ queue, consumers: 1, messages: 3, ok: true }],
    });
  });

  it('N-12: of a link whose broker is away says down, why, and what waits; then up, with the last error kept, and its time', async (t) => {
    const { proxy, url, queue } = await given(t);
    const link = ownLink(t, url);
    const consumer = await link.openConsumer((delivery) => delivery.ack());
    t.after(async () => void (await consumer.drain({ timeoutMs: 10 })));
    await consumer.consume(queue);
    await link.publish(toQueue(queue, 'first'));
    const before = Date.now();
    proxy.refuse();
    proxy.cut();
    await until(() => !link.publishing, { what: 'the loss is noticed' });
    const waiting = link.publish(toQueue(queue, 'waits'));
    await until(async () => /nothing listens/.test((await link.health()).publishing.lastError ?? ''), {
      what: 'it has tried',
    });
    const { ok, publishing, consuming, outbox, queues } = await link.health();
    assert.deepEqual([ok, publishing.state, consuming.state], [false, 'down', 'down']);
    assert.deepEqual(outbox, { waiting: 1, unconfirmed: 0 });
    assert.deepEqual(queues, [{ queue, ok: false, error: 'not connected' }]);
    await proxy.pass();
    await waiting;
    await until(async () => (await link.health()).ok, { what: 'it is well again' });
    const { lastError, lastErrorAt } = (await link.health()).publishing;
    assert.match(lastError ?? '', /nothing listens/);
    assert.ok(Date.parse(lastErrorAt ?? '') >= before, `it was at ${lastErrorAt}`);
  });

  it('of a link whose broker has fallen silent is told in time, and is not well', async (t) => {
    const { proxy, url, queue } = await given(t);
    const link = ownLink(t, url, { heartbeatSeconds: 0 });
    const consumer = await link.openConsumer((delivery) => delivery.ack());
    t.after(async () => void (await consumer.drain({ timeoutMs: 10 })));
    await consumer.consume(queue);
    await link.publish(toQueue(queue, 'first'));
    proxy.stall();
    const { ok, publishing, consuming, queues } = await link.health({ timeoutMs: 100 });
    assert.equal(ok, false);
    assert.deepEqual([publishing, consuming], Array(2).fill({ state: 'up', silent: true }));
    assert.deepEqual(queues, [{ queue, ok: false, error: 'no answer in 100 ms' }]);
    await proxy.pass();
    await until(async () => (await link.health()).ok, { what: 'it is well again' });
  });

  it('of a link that is closed is not well', async (t) => {
    const { url, queue } = await given(t);
    const link = ownLink(t, url);
    await link.publish(toQueue(queue, 'first'));
    await link.close();
    const { ok, publishing } = await link.health();
    assert.deepEqual([ok, publishing.state], [false, 'closed']);
  });

  it('of a processor is well from when it takes from its queues until it is told to stop', async (t) => {
    const { url, queue } = await given(t);
    const desk = new Desk({ url, logger: silentLogger, eqks: [[Exchange, [[queue, queue]]]] });
    t.after(() => desk.close());
    assert.equal((await desk.health()).ok, false);
    let isStarting = true;
    const started = desk.start().finally(() => {
      isStarting = false;
    });
    while (isStarting) {
      const { ok, queues } = await desk.health();
      assert.ok(!ok || queues.length === 1, 'well, and takes from nothing');
      await turn();
    }
    await started;
    assert.equal((await desk.health()).ok, true);
    desk.stop();
    const { ok, error } = await desk.health();
    assert.deepEqual([ok, error], [false, 'it takes no messages: not started yet, or stopped']);
  });

  it('of a scheduler is that of all its components together, each by its name', async (t) => {
    const { proxy, url, queue } = await given(t);
    const scheduler = new MicroScheduler();
    assert.deepEqual(await scheduler.health(), { ok: false, failures: 0, threads: [] });
    const desk = new Desk({ url, logger: silentLogger, eqks: [[Exchange, [[queue, queue]]]] });
    scheduler.addMicrothread(desk);
    scheduler.addMicrothread(new Idle());
    const running = scheduler.run({ signals: false, exit: false });
    await until(async () => (await scheduler.health()).ok, { what: 'all are well' });
    const { threads } = await scheduler.health();
    assert.deepEqual(
      threads.map(({ name, ok }) => [name, ok]),
      [['Desk', true]],
    );
    assert.deepEqual((threads[0] as { queues?: unknown }).queues, [
      { queue, consumers: 1, messages: 0, ok: true },
    ]);
    proxy.refuse();
    proxy.cut();
    await until(async () => !(await scheduler.health()).ok, { what: 'it is not well' });
    await proxy.pass();
    await until(async () => (await scheduler.health()).ok, { what: 'it is well again', limitMs: 10_000 });
    scheduler.stop();
    await running;
    assert.equal((await scheduler.health()).ok, false);
  });

  it('is not made well by consumers of other clients', async (t) => {
    const { proxy, url, queue } = await given(t);
    const link = ownLink(t, url);
    const consumer = await link.openConsumer(() => {});
    t.after(async () => void (await consumer.drain({ timeoutMs: 10 })));
    await consumer.consume(queue);
    assert.equal((await link.health()).ok, true);
    // While it was away somebody else has come, who wants the queue for himself.
    proxy.refuse();
    proxy.cut();
    await stage.side.waitForConsumers(queue, 0);
    const foreign = await stage.side.connection.createChannel();
    await foreign.consume(queue, () => {}, { exclusive: true });
    await proxy.pass();
    await until(async () => (await link.health()).queues[0]?.consumers === 1, { what: 'it asks again' });
    const { ok, consuming, queues } = await link.health();
    assert.deepEqual([ok, consuming.state], [false, 'up']);
    const said = { consumers: 1, messages: 0, error: 'the broker does not deliver it to us' };
    assert.deepEqual(queues, [{ queue, ...said, ok: false }]);
    await foreign.close();
    await until(async () => (await link.health()).ok, { what: 'it is well again', limitMs: 10_000 });
  });

  it('of a stream does not depend on the number of its consumers, which no broker counts', async (t) => {
    const { url } = await given(t);
    const link = ownLink(t, url);
    const queue = uniqueName('stream');
    const options = { durable: true, arguments: { 'x-queue-type': 'stream' } };
    await link.declare([{ kind: 'queue', name: queue, passive: false, options }]);
    const consumer = await link.openConsumer((delivery) => delivery.ack());
    t.after(async () => void (await consumer.drain({ timeoutMs: 10 })));
    await consumer.consume(queue);
    const { ok, queues } = await link.health();
    assert.deepEqual([ok, queues.map((each) => [each.queue, each.ok])], [true, [[queue, true]]]);
  });

  it('of a component does not depend on other components of the same link', async (t) => {
    const { url, queue } = await given(t);
    const other = uniqueName('other');
    const at = (name: string) => new Desk({ url, logger, eqks: [[Exchange, [[name, name]]]] });
    const logger = { ...silentLogger };
    const [mine, theirs] = [at(queue), at(other)];
    for (const desk of [mine, theirs]) {
      t.after(() => desk.close());
      await desk.start();
    }
    const asked = (await mine.health()).queues.map((each) => each.queue);
    assert.deepEqual(asked, [queue]);
  });

  describe('of a hundred components in one process', () => {
    const count = 100;

    async function start(t: TestContext, queueOf: (number: number) => string): Promise<readonly Desk[]> {
      const logger = { ...silentLogger };
      const desks = Array.from({ length: count }, (_, number) => {
        const queue = queueOf(number);
        // Who joins the network opens a channel for it, a second later.
        return new Desk({ url: stage.url, logger, network: false, eqks: [[Exchange, [[queue, queue]]]] });
      });
      t.after(async () => void (await Promise.all(desks.map((desk) => desk.close()))));
      for (const desk of desks) await desk.start();
      return desks;
    }

    /** Asks all of them at once, and counts what that takes. */
    async function ask(t: TestContext, desks: readonly Desk[]) {
      const written = new WrittenFrames(t, Number(new URL(stage.url).port));
      const healths = await Promise.all(desks.map((desk) => desk.health()));
      const [channels, questions] = [written.count('channel.open'), written.count('queue.declare')];
      t.diagnostic(`${channels} channels, ${questions} questions`);
      assert.ok(healths.every(({ ok, queues }) => ok && queues.length === 1));
      return { channels, questions };
    }

    it('T-B3: needs a few channels, and one request to the broker for each queue', async (t) => {
      const name = uniqueName('queue');
      const { channels, questions } = await ask(t, await start(t, (number) => `${name}-${number}`));
      assert.equal(questions, count);
      assert.ok(channels <= 10, `${channels} channels`);
    });

    it('needs one request to the broker where all consume from one queue', async (t) => {
      const name = uniqueName('queue');
      const desks = await start(t, () => name);
      assert.deepEqual(await ask(t, desks), { channels: 1, questions: 1 });
      assert.equal((await desks[0]?.health())?.queues[0]?.consumers, count);
    });
  });
});
