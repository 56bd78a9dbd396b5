import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { RejectMessage } from 'waybill';
import type { AmqpHandler, AmqpMessage, AmqpRouteOptions } from 'waybill/app';
import { z } from 'zod';
import { uniqueName } from '../../support/broker.js';
import { until } from '../../support/until.js';
import { fill, newApp, newQueue, numbers, type StagedApp, useStage, waitForLength } from './app-stage.js';

interface Seen {
  readonly body: unknown;
  readonly redelivered: boolean;
}

/** A queue with a dead-letter queue, and an app that takes batches of five from it. */
interface Place extends StagedApp {
  readonly queue: string;
  readonly dead: string;
  readonly seen: Seen[];
}

const stage = useStage();

async function place(
  t: TestContext,
  options: AmqpRouteOptions,
  handler: AmqpHandler,
  values: readonly unknown[] = numbers(5),
): Promise<Place> {
  const dead = await newQueue(stage);
  const queue = await newQueue(stage, { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': dead });
  const staged = newApp(t, stage);
  const seen: Seen[] = [];
  await fill(stage, queue, values);
  staged.app.amqp.consume(queue, { bulkSize: 5, flushIntervalMs: 50, ...options })((messages, context) => {
    seen.push(...messages.map(({ body, redelivered }) => ({ body, redelivered })));
    return handler(messages, context);
  });
  await staged.app.start();
  return { ...staged, queue, dead, seen };
}

/** What is left of five messages when the app has seen so many and has ended. */
async function ending(
  { app, queue, dead, seen }: Place,
  count: number,
): Promise<{ kept: number; dead: number }> {
  await waitForLength(seen, count);
  await app.close();
  return { kept: await stage.side.depth(queue), dead: await stage.side.depth(dead) };
}

const bodies = (seen: readonly Seen[]): unknown[] => seen.map(({ body }) => body);
const fails: AmqpHandler = () => {
  throw new Error('planned by a test');
};

describe('how the messages of a batch are settled', () => {
  it('AW-C6: whose handler throws: each message comes again, marked as redelivered', async (t) => {
    let runs = 0;
    const here = await place(t, {}, () => (++runs === 1 ? fails([], {} as never) : undefined));
    assert.deepEqual(await ending(here, 10), { kept: 0, dead: 0 });
    assert.deepEqual(bodies(here.seen.slice(5)).sort(), numbers(5));
    assert.ok(here.seen.slice(5).every(({ redelivered }) => redelivered));
    assert.match(here.log.errors.join('\n'), /failed on a batch of 5 messages .*planned by a test/);
  });

  it('AW-X2: that fails again: each message is tried by itself, then parked with its dossier instead of being requeued for ever', async (t) => {
    const here = await place(t, {}, fails);
    await stage.side.waitForDepth(`${here.queue}.failed`, 5);
    assert.deepEqual(await ending(here, 10), { kept: 0, dead: 0 });
    assert.equal(here.seen.length, 15);
    const { properties } = await stage.side.waitForMessage(`${here.queue}.failed`);
    assert.equal(properties.headers?.['x-waybill-dossier'].message, 'planned by a test');
  });

  it('of which one message is bad: that one is parked, the others are done', async (t) => {
    const here = await place(t, {}, (messages) => {
      if (messages.some(({ body }) => body === 3)) throw new Error('three is bad');
    });
    await stage.side.waitForDepth(`${here.queue}.failed`, 1);
    assert.deepEqual(await ending(here, 15), { kept: 0, dead: 0 });
    const { content } = await stage.side.waitForMessage(`${here.queue}.failed`);
    assert.equal(content.toString(), '3');
  });

  it('that is refused by RejectMessage: dead-lettered, and nothing is logged', async (t) => {
    const here = await place(t, {}, (messages) => {
      messages[0]?.accept();
      throw new RejectMessage('not for us');
    });
    assert.deepEqual(await ending(here, 5), { kept: 0, dead: 4 });
    assert.deepEqual(here.log.errors, []);
  });

  it('is tried again later, as retry says, before it is given up', async (t) => {
    const retry = { attempts: 3, delayMs: 30, factor: 1 };
    const here = await place(t, { onException: 'fail', retry, onFailure: 'reject' }, fails, [1]);
    await stage.side.waitForDepth(here.dead, 1);
    assert.deepEqual(await ending(here, 3), { kept: 0, dead: 1 });
    assert.equal(here.seen.length, 3);
  });

  it('AW-C7: onException reject: dead-lettered, not delivered again', async (t) => {
    const here = await place(t, { onException: 'reject' }, fails);
    assert.deepEqual(await ending(here, 5), { kept: 0, dead: 5 });
    assert.equal(here.seen.length, 5);
  });

  it('AW-C8: onException ack: done, although it failed', async (t) => {
    const here = await place(t, { onException: 'ack' }, fails);
    assert.deepEqual(await ending(here, 5), { kept: 0, dead: 0 });
  });

  it('AW-C9: onSuccess reject', async (t) => {
    const here = await place(t, { onSuccess: 'reject' }, () => {});
    assert.deepEqual(await ending(here, 5), { kept: 0, dead: 5 });
  });

  it('AW-C9: onSuccess requeue, after a rest from the second time on', async (t) => {
    const here = await place(t, { onSuccess: 'requeue' }, () => {}, [1]);
    await waitForLength(here.seen, 2);
    const second = performance.now();
    await waitForLength(here.seen, 3);
    assert.ok(performance.now() - second > 500, 'it came again at once');
    assert.deepEqual(await ending(here, 3), { kept: 1, dead: 0 });
    assert.deepEqual(here.log.errors, []);
  });

  it('AW-C10: reject() on two of five: these come again, the others are acked', async (t) => {
    let runs = 0;
    const here = await place(t, {}, (messages) => {
      if (++runs === 1) for (const index of [1, 2]) messages[index]?.reject();
    });
    assert.deepEqual(await ending(here, 7), { kept: 0, dead: 0 });
    assert.deepEqual(here.seen.slice(5), [
      { body: 1, redelivered: true },
      { body: 2, redelivered: true },
    ]);
  });

  it('AW-C11: onSuccess reject, and reject({ requeue: true }) on two: these come again', async (t) => {
    let runs = 0;
    const here = await place(t, { onSuccess: 'reject' }, (messages) => {
      if (++runs === 1) for (const index of [1, 2]) messages[index]?.reject({ requeue: true });
    });
    assert.deepEqual(await ending(here, 7), { kept: 0, dead: 5 });
    assert.deepEqual(bodies(here.seen.slice(5)), [1, 2]);
  });

  it('AW-C12: accept() on the first, then a throw: it is acked, the others come again', async (t) => {
    let runs = 0;
    const here = await place(t, {}, (messages) => {
      if (++runs > 1) return;
      messages[0]?.accept();
      throw new Error('planned by a test');
    });
    assert.deepEqual(await ending(here, 9), { kept: 0, dead: 0 });
    assert.deepEqual(bodies(here.seen.slice(5)).sort(), [1, 2, 3, 4]);
  });

  it('AW-C13: the last of accept() and reject() counts', async (t) => {
    const here = await place(t, {}, (messages) => {
      messages[0]?.accept();
      messages[0]?.reject({ requeue: false });
    });
    assert.deepEqual(await ending(here, 5), { kept: 0, dead: 1 });
  });
});

describe('an unreadable message', () => {
  const good = { good: true };

  async function withBad(t: TestContext, options: AmqpRouteOptions, bad: Buffer): Promise<Place> {
    const batches: (readonly AmqpMessage[])[] = [];
    const here = await place(
      t,
      { flushIntervalMs: 600_000, bulkSize: 3, ...options },
      (messages) => batches.push(messages),
      [],
    );
    await stage.side.onChannel(async (channel) => {
      for (const body of [JSON.stringify(good), bad, JSON.stringify(good)]) {
        channel.sendToQueue(here.queue, Buffer.from(body as string), { messageId: uniqueName('id') });
      }
      await channel.waitForConfirms();
    });
    await waitForLength(here.seen, 2);
    assert.deepEqual(bodies(here.seen), [good, good]);
    assert.equal(batches.length, 1);
    return here;
  }

  const hostile: Readonly<Record<string, Buffer>> = {
    'no JSON': Buffer.from('{"dog": '),
    'no UTF-8': Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    'a key __proto__': Buffer.from('{"__proto__":{"admin":true}}'),
    'a hundred thousand brackets': Buffer.from('['.repeat(100_000)),
    'nothing at all': Buffer.alloc(0),
  };
  for (const [what, bytes] of Object.entries(hostile)) {
    it(`AW-C18: ${what}: parked in <queue>.failed, logged; the others of its batch are handled`, async (t) => {
      const here = await withBad(t, {}, bytes);
      await stage.side.waitForDepth(`${here.queue}.failed`, 1);
      assert.deepEqual(await ending(here, 2), { kept: 0, dead: 0 });
      const { content, properties } = await stage.side.waitForMessage(`${here.queue}.failed`);
      assert.deepEqual(content, bytes);
      assert.equal(properties.headers?.['x-waybill-dossier'].code, 'MALFORMED_MESSAGE');
      assert.equal(here.log.errors.length, 1);
    });
  }

  it('AW-C18: goes to the dead-letter exchange with onFailure reject', async (t) => {
    const here = await withBad(t, { onFailure: 'reject' }, Buffer.from('garbage'));
    await stage.side.waitForDepth(here.dead, 1);
    assert.deepEqual(await ending(here, 2), { kept: 0, dead: 1 });
    assert.equal(await stage.side.look(`${here.queue}.failed`), undefined);
  });

  it('is a message that does not fit the schema, too; one that fits arrives as the schema makes it', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage);
    const seen: Date[] = [];
    app.amqp.consume(queue, { bulkSize: 3, body: z.object({ at: z.coerce.date() }), onFailure: 'discard' })(
      (messages) => {
        seen.push(...messages.map(({ body }) => body.at));
      },
    );
    await fill(stage, queue, [{ at: '2026-11-21' }, { at: 'tomorrow' }, { at: '2026-11-22' }]);
    await app.start();
    await waitForLength(seen, 2);
    assert.deepEqual(
      seen.map((date) => date.getUTCDate()),
      [21, 22],
    );
    await app.close();
    assert.equal(await stage.side.depth(queue), 0);
  });

  it('AW-C19: serializedData is what came, byte for byte; with body raw nothing is read at all', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage);
    const bytes = [Buffer.from('{ "v" : "é" }'), Buffer.from([0xff, 0x00])];
    const seen: Buffer[] = [];
    app.amqp.consume(queue, { bulkSize: 2, body: 'raw' })((messages) => {
      for (const { body, serializedData } of messages) seen.push(body, serializedData);
    });
    await app.start();
    for (const each of bytes) await stage.side.publish('', queue, each);
    await waitForLength(seen, 4);
    assert.deepEqual(
      seen,
      bytes.flatMap((each) => [each, each]),
    );
  });
});

describe('a handler', () => {
  it('gets no message twice and loses none while half of its runs fail', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage);
    const done: unknown[] = [];
    app.amqp.consume(queue, { bulkSize: 10, flushIntervalMs: 20 })((messages) => {
      for (const message of messages) {
        if (message.redelivered || Number(message.body) % 2 === 0) done.push(message.body);
        else message.reject();
      }
    });
    await fill(stage, queue, numbers(500));
    await app.start();
    await waitForLength(done, 500);
    await until(async () => (await stage.side.depth(queue)) === 0, { what: 'the queue is empty' });
    await app.close();
    assert.deepEqual(
      done.sort((a, b) => Number(a) - Number(b)),
      numbers(500),
    );
    assert.equal(await stage.side.depth(queue), 0);
  });
});
