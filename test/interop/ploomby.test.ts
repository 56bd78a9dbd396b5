import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { silentLogger } from 'waybill';
import {
  HandlersRegistry,
  MessageConsumerRegistry,
  MessageSender,
  RabbitConsumerFactory,
} from 'waybill/registry';
import { z } from 'zod';
import { uniqueName } from '../support/broker.js';
import { until } from '../support/until.js';
import { brokers, urlOf } from './brokers.js';
import { pika, runProgram, whyMissing } from './python.js';

type Role = 'send' | 'call' | 'declare' | 'serve';

function ask(url: string, role: Role, queue: string, body: unknown): Promise<unknown> {
  return runProgram('ploomby_dialect.py', [url, role, queue, JSON.stringify(body)]);
}

const User = z.object({ name: z.string().min(1) });

describe('ploomby of Python', { skip: whyMissing(pika) }, () => {
  for (const broker of brokers) describe(`through the ${broker}`, () => conversation(broker));
});

function conversation(broker: (typeof brokers)[number]): void {
  async function open(t: TestContext) {
    const url = await urlOf(broker, t);
    const link = { url, logger: silentLogger };
    const handlers = new HandlersRegistry({ logger: silentLogger });
    const factory = new RabbitConsumerFactory(link);
    t.after(() => factory.closeConnection());
    const seen: string[] = [];
    handlers.register(
      'greet',
      User,
    )(({ name }) => {
      seen.push(name);
      return { greeting: `Hello ${name}` };
    });
    return {
      url,
      link,
      seen,
      queue: uniqueName('dialect'),
      consumers: new MessageConsumerRegistry(handlers, factory),
    };
  }

  it('sends messages to a registry of Waybill; a message without a handler is dead-lettered', async (t) => {
    const { url, seen, queue, consumers } = await open(t);
    await consumers.register(queue, 'task_name', { deadLetters: true });
    const messages = [
      ['greet', { name: 'ü' }],
      ['nobody', {}],
      ['greet', { name: '' }],
      ['greet', { name: 'bob' }],
    ];
    assert.equal(await ask(url, 'send', queue, messages), 'sent');
    await until(() => seen.length === 2, { what: 'two are greeted' });
    assert.deepEqual(seen, ['ü', 'bob']);
  });

  it('calls a registry of Waybill', async (t) => {
    const { url, queue, consumers } = await open(t);
    await consumers.register(queue, 'task_name', { rpc: 'detail' });
    const answers = await ask(url, 'call', queue, [
      ['greet', { name: 'bob' }],
      ['greet', 1],
      ['nobody', {}],
    ]);
    const [good, ...bad] = answers as { readonly detail: string }[];
    assert.deepEqual(good, { detail: '{"greeting":"Hello bob"}' });
    assert.match(bad[0]?.detail ?? '', /does not fit/);
    assert.match(bad[1]?.detail ?? '', /No handler/);
  });

  it('shares a queue and its dead letters with Waybill, where that is told the time to live of ploomby', async (t) => {
    const { url, queue, consumers } = await open(t);
    await ask(url, 'declare', queue, '');
    await assert.rejects(consumers.register(queue, 'task_name', { deadLetters: true }), {
      code: 'TOPOLOGY_REFUSED',
    });
    await consumers.register(queue, 'task_name', { deadLetters: { ttlMs: 86_400 } });
    assert.equal(await ask(url, 'declare', queue, ''), 'declared');
  });

  it('answers a MessageSender of Waybill', async (t) => {
    const { url, link, queue } = await open(t);
    const serving = ask(url, 'serve', queue, 2);
    await using sender = new MessageSender('task_name', link);
    const greet = () => sender.call(queue, 'greet', { name: 'bob' }, { timeoutMs: 20_000 });
    const greeted = await until(async () => (await greet().then((result) => result.ok && result)) || false, {
      what: 'Python has declared the queue and answers',
      limitMs: 30_000,
    });
    assert.deepEqual(greeted.value, { greeting: 'Hello bob' });
    const refused = await sender.call(queue, 'other', {});
    assert.deepEqual([refused.ok, refused.type, refused.message], [false, 'error', 'no handler']);
    assert.equal(await serving, 'served');
  });
}
