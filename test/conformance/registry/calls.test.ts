import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { MessageSender, type RabbitConsumerOptions } from 'waybill/registry';
import { z } from 'zod';
import { uniqueName } from '../../support/broker.js';
import { Gate } from '../../support/stage/gate.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { CreateUser, newRegistries } from './registries.js';

const Pay = z.object({ amount: z.number().positive() });

/** What the handler of `answer` returns, by the name it is asked for. */
const answers: Readonly<Record<string, unknown>> = {
  one: 1,
  object: { a: 1 },
  text: 'text',
  nothing: undefined,
  null: null,
  bigint: 1n,
  function: () => 1,
};

describe('calls to a registry', () => {
  const stage = useStage();

  async function start(t: TestContext, options: RabbitConsumerOptions = { rpc: 'detail' }) {
    const registries = newRegistries(t, stage);
    const { queue, handlers, consumers } = registries;
    const seen: unknown[] = [];
    handlers.register(
      'answer',
      CreateUser,
    )(({ name }) => {
      seen.push(name);
      if (name === 'broken') throw new RangeError('it broke');
      return answers[name];
    });
    handlers.register('pay', Pay)(({ amount }) => amount);
    await consumers.register(queue, 'task_name', { prefetch: 10, ...options });
    const replies = uniqueName('replies');
    await stage.side.onChannel((channel) => channel.assertQueue(replies, { exclusive: true }));
    const call = async (key: string | undefined, body: unknown, properties: object = {}) => {
      await registries.send(key, body, { replyTo: replies, correlationId: 'c1', ...properties });
      const { content, properties: received } = await stage.side.waitForMessage(replies);
      return { body: JSON.parse(content.toString()), properties: received };
    };
    return { ...registries, seen, replies, call };
  }

  const details: readonly (readonly [name: string, detail: string | RegExp])[] = [
    ['one', '1'],
    ['object', '{"a":1}'],
    ['text', '"text"'],
    ['nothing', 'null'],
    ['null', 'null'],
    ['broken', 'it broke'],
    ['bigint', /BigInt/],
    ['function', /A function cannot be sent/],
  ];
  for (const [name, detail] of details) {
    it(`L-C10: answers in the original's form: ${name}`, async (t) => {
      const { call, queue, consumers } = await start(t);
      const { body, properties } = await call('answer', { name });
      assert.deepEqual(Object.keys(body), ['detail']);
      if (typeof detail === 'string') assert.equal(body.detail, detail);
      else assert.match(body.detail, detail);
      assert.equal(properties.correlationId, 'c1');
      assert.deepEqual([properties.contentType, properties.type], [undefined, undefined]);
      await consumers.disconnectConsumers();
      assert.equal(await stage.side.depth(queue), 0);
    });
  }

  it('L-C10: answers without a correlation id, where there was none', async (t) => {
    const { call } = await start(t);
    const { properties } = await call('answer', { name: 'one' }, { correlationId: undefined });
    assert.equal(properties.correlationId, undefined);
  });

  const failures: readonly (readonly [string, string | undefined, unknown, RegExp])[] = [
    ['a body that does not fit', 'pay', { amount: -1 }, /does not fit .*amount: /],
    ['a body that is not JSON', 'pay', '{', /not JSON/],
    ['an unknown key', 'nobody', {}, /No handler/],
    ['no key', undefined, {}, /no header 'task_name'/],
  ];
  for (const [what, key, bytes, says] of failures) {
    it(`L-C11: answers with what was wrong, and parks nothing: ${what}`, async (t) => {
      const { call, queue, consumers, log } = await start(t);
      assert.match((await call(key, bytes)).body.detail, says);
      await consumers.disconnectConsumers();
      assert.equal(await stage.side.depth(queue), 0);
      assert.equal(await stage.side.look(`${queue}.failed`), undefined);
      assert.match(log.errors.join(), says);
    });
  }

  it('L-C11: with deadLetters the failed call is dead-lettered as well', async (t) => {
    const { call, queue } = await start(t, { rpc: 'detail', deadLetters: true });
    assert.match((await call('pay', { amount: -1 })).body.detail, /amount/);
    const { content } = await stage.side.waitForMessage(`${queue}_dlq`);
    assert.equal(content.toString(), '{"amount":-1}');
  });

  it("answers with Waybill's own envelope, if told so", async (t) => {
    const { call } = await start(t, { rpc: 'result' });
    const { body, properties } = await call('answer', { name: 'object' });
    assert.deepEqual(body.content, { type: 'success', value: { a: 1 }, message: '' });
    assert.deepEqual([properties.contentType, properties.correlationId], ['application/json', 'c1']);
    const nothing = await call('answer', { name: 'nothing' });
    assert.deepEqual(nothing.body.content, { type: 'success', value: null, message: '' });
    const broken = await call('answer', { name: 'broken' });
    assert.deepEqual(broken.body.content, { type: 'exception', value: 'RangeError', message: 'it broke' });
    const unfit = await call('pay', { amount: -1 });
    assert.deepEqual(
      [unfit.body.content.type, unfit.body.content.value],
      ['exception', 'ContentMismatchError'],
    );
  });

  it('treats a message without reply_to as any other', async (t) => {
    const { queue, send, seen } = await start(t);
    await send('answer', { name: 'one' });
    await send('answer', { name: 'broken' });
    await waitForLength(seen, 2);
    const { properties } = await stage.side.waitForMessage(`${queue}.failed`);
    assert.equal(properties.headers?.['x-waybill-dossier'].message, 'it broke');
  });

  it('sends no answers where rpc is not set', async (t) => {
    const { send, replies, seen, consumers } = await start(t, {});
    await send('answer', { name: 'one' }, { replyTo: replies });
    await waitForLength(seen, 1);
    await consumers.disconnectConsumers();
    assert.equal(await stage.side.depth(replies), 0);
  });

  it('does not run a call that expired while it waited in this process', async (t) => {
    const { queue, handlers, consumers, send, replies, seen } = await start(t, {
      rpc: 'detail',
      prefetch: 2,
      concurrency: 1,
    });
    const gate = new Gate();
    handlers.register(
      'slow',
      CreateUser,
    )(async ({ name }) => {
      seen.push(name);
      await gate.opened;
    });
    await send('slow', { name: 'slow' }, { replyTo: replies });
    await waitForLength(seen, 1);
    await send('answer', { name: 'one' }, { replyTo: replies, expiration: 10 });
    await stage.side.waitForDepth(queue, 0);
    await delay(50);
    gate.open();
    await stage.side.waitForMessage(replies);
    await consumers.disconnectConsumers();
    assert.deepEqual(seen, ['slow']);
    assert.equal(await stage.side.depth(replies), 0);
  });

  it('answers a call that comes again with the same message id without running twice', async (t) => {
    const { call, seen } = await start(t);
    const first = await call('answer', { name: 'one' }, { messageId: 'the id' });
    assert.deepEqual(await call('answer', { name: 'one' }, { messageId: 'the id' }), first);
    assert.deepEqual(seen, ['one']);
  });
});

describe('a message sender', () => {
  const stage = useStage();

  interface Messages {
    create_user: CreateUser;
    pay: { readonly amount: number };
  }

  async function open(t: TestContext, rpc: 'detail' | 'result') {
    const { queue, handlers, consumers } = newRegistries(t, stage);
    const seen: unknown[] = [];
    handlers.register('create_user', CreateUser)((user) => void seen.push(user.greeting));
    handlers.register('pay', Pay)(({ amount }) => amount * 2);
    await consumers.register(queue, 'task_name', { rpc });
    const link = { url: stage.url, logger: recordingLog() };
    const sender = new MessageSender<Messages>('task_name', link, { rpc });
    t.after(() => sender.close());
    return { queue, sender: await sender.connect(), seen };
  }

  it('sends with the key in the header: JSON, persistent, confirmed', async (t) => {
    const { queue, sender, seen } = await open(t, 'detail');
    await sender.send(queue, 'create_user', Object.assign(new CreateUser(), { name: 'bob' }));
    await waitForLength(seen, 1);
    assert.deepEqual(seen, ['Hello bob']);
    const other = uniqueName('other');
    await stage.side.onChannel((channel) => channel.assertQueue(other));
    await sender.send(other, 'pay', { amount: 1 });
    const { content, properties } = await stage.side.waitForMessage(other);
    assert.equal(content.toString(), '{"amount":1}');
    assert.deepEqual(properties.headers, { task_name: 'pay' });
    assert.deepEqual([properties.deliveryMode, properties.contentType], [2, 'application/json']);
    await assert.rejects(sender.send(uniqueName('nowhere'), 'pay', { amount: 1 }), { code: 'UNROUTABLE' });
  });

  for (const rpc of ['detail', 'result'] as const) {
    it(`calls, and reads answers in the form ${rpc}`, async (t) => {
      const { queue, sender } = await open(t, rpc);
      assert.equal((await sender.call<number>(queue, 'pay', { amount: 2 })).unwrap().toFixed(1), '4.0');
      const unfit = await sender.call(queue, 'pay', { amount: -1 });
      assert.equal(unfit.ok, false);
      assert.match(unfit.message, /amount/);
      assert.equal(unfit.error?.code, 'REMOTE');
      assert.equal((await sender.health()).ok, true);
    });
  }

  it('says why there is no answer', async (t) => {
    const { sender } = await open(t, 'detail');
    const call = (queue: string, timeoutMs: number) =>
      sender.call(queue, 'pay', { amount: 1 }, { timeoutMs });
    assert.equal((await call(uniqueName('nowhere'), 10_000)).error?.code, 'UNROUTABLE');
    const silent = uniqueName('silent');
    await stage.side.onChannel((channel) => channel.assertQueue(silent));
    assert.equal((await call(silent, 50)).error?.code, 'TIMEOUT');
    await sender.close();
    assert.equal((await call(silent, 50)).error?.code, 'CLOSED');
  });

  it('names the handler again when a call is sent again', async (t) => {
    const { sender } = await open(t, 'detail');
    const queue = uniqueName('deaf');
    const channel = await stage.side.connection.createChannel();
    await channel.assertQueue(queue, { exclusive: true });
    const headers: unknown[] = [];
    await channel.consume(queue, (message) => headers.push(message?.properties.headers), { noAck: true });
    await sender.call(queue, 'pay', { amount: 1 }, { timeoutMs: 400, attemptTimeoutMs: 200, maxRetry: 1 });
    const told = headers.map((each) => {
      const { task_name: key, 'x-waybill-attempt': attempt } = each as Record<string, unknown>;
      return { key, attempt };
    });
    assert.deepEqual(told, [
      { key: 'pay', attempt: undefined },
      { key: 'pay', attempt: 2 },
    ]);
  });

  it('gives a malformed reply where an answer is unreadable', async (t) => {
    const { sender } = await open(t, 'detail');
    const queue = uniqueName('odd');
    const channel = await stage.side.connection.createChannel();
    await channel.assertQueue(queue, { exclusive: true });
    await channel.consume(queue, (message) =>
      channel.publish('', message?.properties.replyTo, Buffer.from('{"detail":1}')),
    );
    assert.equal((await sender.call(queue, 'pay', { amount: 1 })).error?.code, 'MALFORMED_REPLY');
  });
});
