import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MicroScheduler } from 'waybill';
import {
  ConsumerAlreadyRegisteredError,
  type ConsumerFactory,
  type DeliveryContext,
  type FindHandler,
  HandlersRegistry,
  type MessageConsumer,
  MessageConsumerRegistry,
} from 'waybill/registry';
import { uniqueName } from '../../support/broker.js';
import { Gate } from '../../support/stage/gate.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';
import { CreateUser, newRegistries } from './registries.js';

describe('a registry of consumers', () => {
  const stage = useStage();

  /** One that notes the names of the users that are created. */
  async function start(t: TestContext, options: Parameters<MessageConsumerRegistry['register']>[2] = {}) {
    const registries = newRegistries(t, stage);
    const seen: unknown[] = [];
    registries.handlers.register('create_user', CreateUser)((user) => void seen.push(user.name));
    const made = await registries.consumers.register(registries.queue, 'task_name', options);
    return { ...registries, seen, made };
  }

  it('L-C1: gives the handler an instance of the model, and acks', async (t) => {
    const { queue, handlers, consumers, send } = newRegistries(t, stage);
    const seen: unknown[] = [];
    handlers.register(
      'create_user',
      CreateUser,
    )((user, context) => {
      seen.push(user instanceof CreateUser, user.greeting, context?.headers, context?.queue === queue);
    });
    await consumers.register(queue, 'task_name');
    await send('create_user', { name: 'bob' });
    await waitForLength(seen, 4);
    await consumers.disconnectConsumers();
    assert.deepEqual(seen, [true, 'Hello bob', { task_name: 'create_user' }, true]);
    assert.equal(await stage.side.depth(queue), 0);
  });

  it('takes messages by whatever exchange they come, compressed too where they say so', async (t) => {
    const { queue, send, seen } = await start(t);
    const exchange = uniqueName('exchange');
    await stage.side.onChannel(async (channel) => {
      await channel.assertExchange(exchange, 'fanout');
      await channel.bindQueue(queue, exchange, '');
    });
    const headers = { task_name: 'create_user' };
    await stage.side.publish(exchange, 'any', '{"name":"by exchange"}', { headers });
    await send('create_user', gzipSync('{"name":"compressed"}'), { contentEncoding: 'gzip' });
    await waitForLength(seen, 2);
    assert.deepEqual(seen, ['by exchange', 'compressed']);
  });

  it('L-C8: refuses a queue that has consumers, also by another header', async (t) => {
    const { queue, consumers } = await start(t);
    for (const header of ['task_name', 'other']) {
      await assert.rejects(consumers.register(queue, header), (thrown) => {
        assert.ok(thrown instanceof ConsumerAlreadyRegisteredError);
        assert.deepEqual([thrown.code, thrown.queue], ['ALREADY_REGISTERED', queue]);
        return true;
      });
    }
    assert.equal((await stage.side.look(queue))?.consumers, 1);
  });

  it('L-C8: lets a queue be registered again once its consumers are disconnected', async (t) => {
    const { queue, consumers, send, seen } = await start(t);
    await consumers.disconnectConsumers();
    assert.equal((await stage.side.look(queue))?.consumers, 0);
    await consumers.register(queue, 'task_name');
    await send('create_user', { name: 'bob' });
    await waitForLength(seen, 1);
  });

  for (const count of [0, -1, 1.5, Number.NaN]) {
    it(`refuses ${count} consumers`, async (t) => {
      const { queue, consumers } = newRegistries(t, stage);
      await assert.rejects(consumers.register(queue, 'task_name', { consumers: count }), {
        code: 'CONFIGURATION',
      });
      assert.equal(await stage.side.look(queue), undefined);
    });
  }

  const shares = [
    ['shared', true, 1],
    ['not shared', false, 3],
  ] as const;
  for (const [what, sharedConnection, connections] of shares) {
    it(`L-C9: makes three consumers on ${connections} connection(s), where it is ${what}`, async (t) => {
      await using proxy = await TcpProxy.forUrl(stage.url);
      const url = proxy.urlFor(stage.url);
      const { queue, consumers, handlers, send } = newRegistries(t, stage, { url, sharedConnection });
      const names = new Set<string>();
      handlers.register('create_user', CreateUser)((user) => void names.add(user.name));
      const made = await consumers.register(queue, 'task_name', { consumers: 3 });
      assert.equal(made.length, 3);
      assert.equal((await stage.side.look(queue))?.consumers, 3);
      assert.equal(proxy.open, connections);
      for (let number = 0; number < 9; number++) await send('create_user', { name: String(number) });
      await until(() => names.size === 9, { what: 'nine users are created' });
      await consumers.disconnectConsumers();
      assert.equal((await stage.side.look(queue))?.consumers, 0);
      await until(() => proxy.open === 0, { what: 'all connections are closed' });
    });
  }

  it('L-C9: leaves nothing behind when one of several consumers cannot begin', async (t) => {
    const { queue, consumers } = newRegistries(t, stage);
    await stage.side.onChannel((channel) => channel.assertQueue(queue, { durable: false }));
    await assert.rejects(consumers.register(queue, 'task_name', { consumers: 2 }), {
      code: 'TOPOLOGY_REFUSED',
    });
    await stage.side.onChannel((channel) => channel.deleteQueue(queue));
    await consumers.register(queue, 'task_name', { consumers: 2 });
    assert.equal((await stage.side.look(queue))?.consumers, 2);
  });

  it('L-C12: finds a handler that is registered after its consumers began', async (t) => {
    const { queue, handlers, consumers, send } = newRegistries(t, stage);
    await consumers.register(queue, 'task_name');
    const seen: unknown[] = [];
    handlers.register('create_user', CreateUser)((user) => void seen.push(user.name));
    await send('create_user', { name: 'bob' });
    await waitForLength(seen, 1);
  });

  it('L-C13: begins with the second message when the first is acked, unless prefetch is larger', async (t) => {
    for (const prefetch of [undefined, 2]) {
      const { queue, handlers, consumers, send } = newRegistries(t, stage);
      const gate = new Gate();
      const begun: unknown[] = [];
      handlers.register(
        'create_user',
        CreateUser,
      )(async (user) => {
        begun.push(user.name);
        await gate.opened;
      });
      await consumers.register(queue, 'task_name', { prefetch });
      for (const name of ['1', '2', '3']) await send('create_user', { name });
      const most = prefetch ?? 1;
      await waitForLength(begun, most);
      await stage.side.waitForDepth(queue, 3 - most);
      assert.equal(begun.length, most);
      gate.open();
      await waitForLength(begun, 3);
    }
  });

  it('L-C14: looks into the header of each queue', async (t) => {
    const { queue, handlers, consumers, seen } = await start(t);
    const other = uniqueName('events');
    handlers.register('user_left', CreateUser)((user) => void seen.push(['left', user.name]));
    await consumers.register(other, 'event');
    const both = { task_name: 'create_user', event: 'user_left' };
    await stage.side.publish('', queue, '{"name":"a"}', { headers: both });
    await waitForLength(seen, 1);
    await stage.side.publish('', other, '{"name":"b"}', { headers: both });
    await waitForLength(seen, 2);
    assert.deepEqual(seen, ['a', ['left', 'b']]);
  });

  it('L-C15: uses consumers that another factory makes as they are', async () => {
    const calls: unknown[] = [];
    class Memory implements MessageConsumer {
      find: FindHandler | undefined;

      async connect() {
        calls.push('connect');
      }

      async consume(listenFor: string, findHandler: FindHandler) {
        calls.push(['consume', listenFor]);
        this.find = findHandler;
      }

      async disconnect() {
        calls.push('disconnect');
      }
    }
    const factory: ConsumerFactory<{ readonly colour: string }> = {
      create: (messageKeyName, options) => {
        calls.push(['create', messageKeyName, options]);
        return new Memory();
      },
    };
    const handlers = new HandlersRegistry();
    handlers.register('create_user', CreateUser)((user) => user.greeting);
    const consumers = new MessageConsumerRegistry(handlers, factory);
    const [memory] = await consumers.register('queue', 'task_name', { colour: 'red' });
    assert.ok(memory instanceof Memory);
    assert.equal(await memory.find?.('create_user')?.('{"name":"bob"}'), 'Hello bob');
    assert.equal(memory.find?.('nobody'), undefined);
    assert.deepEqual(await consumers.health(), { ok: true, consumers: [{ ok: true, queue: 'queue' }] });
    await consumers.disconnectConsumers();
    assert.deepEqual(calls, [
      ['create', 'task_name', { colour: 'red' }],
      'connect',
      ['consume', 'queue'],
      'disconnect',
    ]);
  });

  it('comes back after its connection was lost', async (t) => {
    await using proxy = await TcpProxy.forUrl(stage.url);
    const { queue, handlers, consumers, send } = newRegistries(t, stage, { url: proxy.urlFor(stage.url) });
    const seen: unknown[] = [];
    handlers.register('create_user', CreateUser)((user) => void seen.push(user.name));
    await consumers.register(queue, 'task_name');
    assert.equal((await consumers.health()).ok, true);
    proxy.cut();
    await stage.side.waitForConsumers(queue, 0);
    await send('create_user', { name: 'bob' });
    await waitForLength(seen, 1);
    assert.equal((await consumers.health()).ok, true);
  });

  it('does not make again what was disconnected, when the connection that others use comes back', async (t) => {
    await using proxy = await TcpProxy.forUrl(stage.url);
    const url = proxy.urlFor(stage.url);
    const log = recordingLog();
    const gone = newRegistries(t, stage, { url, logger: log });
    const stays = newRegistries(t, stage, { url, logger: log });
    await gone.consumers.register(gone.queue, 'task_name', { deadLetters: true });
    await stays.consumers.register(stays.queue, 'task_name');
    assert.equal(proxy.open, 1, 'they share it');
    await gone.consumers.disconnectConsumers();
    for (const queue of [gone.queue, `${gone.queue}_dlq`, stays.queue])
      await stage.side.onChannel((channel) => channel.deleteQueue(queue));
    proxy.cut();
    await stage.side.waitForConsumers(stays.queue, 1, 20_000);
    assert.equal(await stage.side.look(gone.queue), undefined);
    assert.equal(await stage.side.look(`${gone.queue}_dlq`), undefined);
  });

  it('finishes what runs when it is stopped, gives the rest back, and aborts what takes too long', async (t) => {
    const { queue, handlers, consumers, send } = newRegistries(t, stage);
    const gate = new Gate();
    const seen: unknown[] = [];
    handlers.register(
      'create_user',
      CreateUser,
    )(async (user, context?: DeliveryContext) => {
      seen.push(user.name);
      if (user.name === 'slow') await gate.opened;
      else await new Promise((resolve) => context?.signal.addEventListener('abort', resolve));
      seen.push(`${user.name} done`);
    });
    await consumers.register(queue, 'task_name');
    for (const name of ['slow', 'stuck']) await send('create_user', { name });
    await waitForLength(seen, 1);
    const disconnected = consumers.disconnectConsumers();
    await stage.side.waitForConsumers(queue, 0);
    gate.open();
    await disconnected;
    assert.deepEqual(seen, ['slow', 'slow done']);
    await stage.side.waitForDepth(queue, 1);
    await consumers.register(queue, 'task_name');
    await waitForLength(seen, 3);
    await assert.rejects(consumers.disconnectConsumers({ timeoutMs: 50 }), { code: 'DRAIN_INCOMPLETE' });
    await waitForLength(seen, 4);
    assert.equal(await stage.side.depth(queue), 1);
  });

  it('starts and ends with a scheduler', async (t) => {
    const { queue, handlers, consumers, send } = newRegistries(t, stage);
    const scheduler = new MicroScheduler();
    scheduler.addMicrothread(consumers);
    const running = scheduler.run({ signals: false });
    const gate = new Gate();
    const seen: unknown[] = [];
    handlers.register(
      'create_user',
      CreateUser,
    )(async (user) => {
      await gate.opened;
      seen.push(user.name);
    });
    await consumers.register(queue, 'task_name');
    await send('create_user', { name: 'bob' });
    await stage.side.waitForDepth(queue, 0);
    scheduler.stop();
    await stage.side.waitForConsumers(queue, 0);
    gate.open();
    const { exitCode, drained } = await running;
    assert.deepEqual([exitCode, drained, seen], [0, true, ['bob']]);
    assert.equal(await stage.side.depth(queue), 0);
  });
});
