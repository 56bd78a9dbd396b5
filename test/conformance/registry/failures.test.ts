import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type RabbitConsumerOptions, RejectMessage } from 'waybill/registry';
import { z } from 'zod';
import { uniqueName } from '../../support/broker.js';
import { atLeast } from '../../support/broker-version.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { CreateUser, newRegistries } from './registries.js';

const Pay = z.object({ amount: z.number().positive() });

interface Bad {
  readonly key: string | undefined;
  readonly body: unknown;
  readonly headers?: Record<string, unknown>;
  readonly says: RegExp;
}

/** Messages that no handler may see, and what the log says. */
const bad: Readonly<Record<string, Bad>> = {
  'L-C3: an unknown key': { key: 'nobody', body: { name: 'x' }, says: /No handler .* 'nobody'/ },
  'L-C3: no header': { key: undefined, body: { name: 'x' }, says: /no header 'task_name'/ },
  'L-C3: an empty header': { key: '', body: { name: 'x' }, says: /'task_name' .* is the text ''/ },
  'L-C3: a header that is a number': {
    key: undefined,
    headers: { task_name: 1 },
    body: {},
    says: /The header 'task_name' of the message must be the name of a handler, and is 1\./,
  },
  'S-s4: a header that is true': {
    key: undefined,
    headers: { task_name: true },
    body: {},
    says: /'task_name' .* is of type boolean/,
  },
  'L-C3: a header that is a table': {
    key: undefined,
    headers: { task_name: { a: 1 } },
    body: {},
    says: /'task_name' .* is of type object/,
  },
  'L-C3: the key of an object': { key: 'constructor', body: {}, says: /No handler/ },
  'L-C4: a body that is not JSON': { key: 'pay', body: '{', says: /not JSON/ },
  'L-C4: a body that is not UTF-8': {
    key: 'pay',
    body: Buffer.from([0x7b, 0xff]),
    says: /not text in UTF-8/,
  },
  'L-C4: nothing': { key: 'pay', body: '', says: /not JSON/ },
  'L-C4: a body that does not fit': { key: 'pay', body: { amount: -1 }, says: /amount: / },
  'L-C4: a text where a class is wanted': {
    key: 'create_user',
    body: '"bob"',
    says: /CreateUser is made from/,
  },
};

describe('messages that a registry cannot handle', () => {
  const stage = useStage();

  async function start(t: TestContext, options: RabbitConsumerOptions = {}) {
    const registries = newRegistries(t, stage);
    const { queue, handlers, consumers } = registries;
    const seen: unknown[] = [];
    handlers.register('create_user', CreateUser)((user) => void seen.push(user.name));
    handlers.register(
      'pay',
      Pay,
    )(({ amount }) => {
      seen.push(amount);
      if (amount === 13) throw new RangeError('it broke');
      if (amount === 99) throw new RejectMessage();
    });
    await consumers.register(queue, 'task_name', options);
    return { ...registries, seen };
  }

  for (const [what, { key, headers, body, says }] of Object.entries(bad)) {
    it(`${what}: with deadLetters the message is dead-lettered, once, with all it had`, async (t) => {
      const { queue, seen, send, log, consumers } = await start(t, { deadLetters: true });
      await send(key, body, headers && { headers });
      await send('pay', { amount: 1 });
      await waitForLength(seen, 1);
      const { content, properties, fields } = await stage.side.waitForMessage(`${queue}_dlq`);
      await consumers.disconnectConsumers();
      assert.deepEqual(seen, [1]);
      const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
      assert.deepEqual(content, Buffer.from(bytes as string));
      assert.deepEqual(properties.headers?.['task_name'], headers ? headers['task_name'] : key);
      const [death] = properties.headers?.['x-death'] ?? [];
      assert.deepEqual([death?.queue, death?.reason, death?.count], [queue, 'rejected', 1]);
      // Since 4.3 what was rejected counts as delivered before, also where it is dead-lettered to.
      assert.equal(fields.redelivered, atLeast('4.3'));
      assert.deepEqual([await stage.side.depth(queue), await stage.side.depth(`${queue}_dlq`)], [0, 0]);
      assert.equal(log.errors.length, 1);
      assert.match(log.errors[0] ?? '', says);
    });

    it(`${what}: without deadLetters the message is parked, once`, async (t) => {
      const { queue, seen, send, log, consumers } = await start(t);
      await send(key, body, headers && { headers });
      await send('pay', { amount: 1 });
      await waitForLength(seen, 1);
      const { properties } = await stage.side.waitForMessage(`${queue}.failed`);
      await consumers.disconnectConsumers();
      assert.deepEqual(seen, [1]);
      assert.equal(properties.headers?.['x-waybill-dossier'].attempts, 1);
      assert.deepEqual([await stage.side.depth(queue), await stage.side.depth(`${queue}.failed`)], [0, 0]);
      assert.equal(await stage.side.look(`${queue}_dlq`), undefined, 'L-C6');
      assert.match(log.errors.join(), says);
    });
  }

  it("S-s4: a header in bytes names a handler, as in ploomby's own example", async (t) => {
    const { queue, seen, send } = await start(t);
    await send(undefined, { amount: 5 }, { headers: { task_name: Buffer.from('pay') } });
    await waitForLength(seen, 1);
    assert.deepEqual(seen, [5]);
    await send(undefined, {}, { headers: { task_name: Buffer.from([0xff, 0xfe]) } });
    await stage.side.waitForMessage(`${queue}.failed`);
  });

  it('L-C3: are discarded, as by the original, where onFailure says so, and only logged', async (t) => {
    const { queue, seen, send, log, consumers } = await start(t, { onFailure: 'discard' });
    await send('nobody', {});
    await send('pay', { amount: 13 });
    await send('pay', { amount: 1 });
    await waitForLength(seen, 2);
    await consumers.disconnectConsumers();
    assert.equal(await stage.side.depth(queue), 0);
    assert.equal(await stage.side.look(`${queue}.failed`), undefined);
    assert.equal(log.errors.length, 2);
  });

  it('L-C5: a handler that throws: the message is in <queue>_dlq with its headers, the log has the stack', async (t) => {
    const { queue, send, log } = await start(t, { deadLetters: true });
    await send('pay', { amount: 13 }, { headers: { task_name: 'pay', own: 'header' }, messageId: 'the id' });
    const { content, properties } = await stage.side.waitForMessage(`${queue}_dlq`);
    assert.equal(content.toString(), '{"amount":13}');
    assert.deepEqual([properties.headers?.['task_name'], properties.headers?.['own']], ['pay', 'header']);
    assert.equal(properties.messageId, 'the id');
    assert.match(log.errors.join(), /the handler of 'pay' failed on .*RangeError: it broke\n\s+at /);
  });

  it('L-C5: dead letters are kept for one day, in a durable queue behind the durable direct exchange dlx', async (t) => {
    const { queue } = await start(t, { deadLetters: true });
    await stage.side.onChannel(async (channel) => {
      await channel.assertExchange('dlx', 'direct', { durable: true });
      await channel.assertQueue(`${queue}_dlq`, {
        durable: true,
        arguments: { 'x-message-ttl': 86_400_000 },
      });
      await channel.assertQueue(queue, {
        durable: true,
        arguments: { 'x-dead-letter-exchange': 'dlx', 'x-dead-letter-routing-key': `${queue}_dlq` },
      });
    });
  });

  it('L-C5: exchange and time may be others, the 86 seconds of the original too; more arguments are kept', async (t) => {
    const exchange = uniqueName('dead');
    const deadLetters = { exchange, ttlMs: 86_400 };
    const { queue } = await start(t, { deadLetters, arguments: { 'x-max-length': 10 } });
    await stage.side.onChannel(async (channel) => {
      await channel.assertExchange(exchange, 'direct');
      await channel.assertQueue(`${queue}_dlq`, { arguments: { 'x-message-ttl': 86_400 } });
      const dead = { 'x-dead-letter-exchange': exchange, 'x-dead-letter-routing-key': `${queue}_dlq` };
      await channel.assertQueue(queue, { arguments: { ...dead, 'x-max-length': 10 } });
    });
  });

  it('are tried again after a delay where retry says so, unless they are unreadable', async (t) => {
    const { queue, seen, send } = await start(t, { deadLetters: true, retry: { attempts: 3, delayMs: 20 } });
    await send('pay', { amount: 13 });
    await send('pay', { amount: -1 });
    await stage.side.waitForDepth(`${queue}_dlq`, 2);
    assert.deepEqual(seen, [13, 13, 13]);
  });

  it('are rejected without a log line where a handler refuses them on purpose', async (t) => {
    const { queue, seen, send, log } = await start(t, { deadLetters: true });
    await send('pay', { amount: 99 });
    await stage.side.waitForDepth(`${queue}_dlq`, 1);
    assert.deepEqual([seen, log.errors], [[99], []]);
  });
});
