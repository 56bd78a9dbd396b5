// What is due is sent on, whatever somebody does to the queues in between and to where it goes.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import {
  Exchange,
  type Forwards,
  GenericProducer,
  isWaybillError,
  MessageCommand,
  MessageProcessor,
  type MessageSettings,
  RpcCommand,
} from 'waybill';
import { AmqpConnection, App } from 'waybill/app';
import { QueueWorker } from 'waybill/workers';
import { uniqueName } from '../../support/broker.js';
import { recordingLog, useStage } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

class Orders extends GenericProducer {
  static override readonly eks = [[Exchange, 'unused']] as const;
}

const due = 'waybill.delay.due';

describe('what is due', () => {
  const stage = useStage();

  async function given(t: TestContext, options: { readonly forwards?: Forwards } = {}) {
    const queue = uniqueName('queue');
    await stage.side.onChannel((channel) => channel.assertQueue(queue));
    const log = recordingLog();
    const producer = await stage.connect(t, Orders, { logger: log, ...options });
    const send = (settings: MessageSettings, to: string = queue): Promise<void> =>
      producer.with({ eks: [[Exchange, to]], ...settings }).send(new MessageCommand('work'));
    return { queue, log, producer, send };
  }

  it('goes to each of its destinations, with one id', async (t) => {
    const { queue, producer } = await given(t);
    const other = uniqueName('other');
    await stage.side.onChannel((channel) => channel.assertQueue(other));
    const eks = [
      [Exchange, queue],
      [Exchange, other],
    ] as const;
    await producer.with({ eks, delayMs: 1_000, messageId: 'order 7' }).send(new MessageCommand('work'));
    const [one, two] = [await stage.side.waitForMessage(queue), await stage.side.waitForMessage(other)];
    assert.deepEqual([one.properties.messageId, two.properties.messageId], ['order 7', 'order 7']);
    assert.ok(one.content.equals(two.content));
  });

  it('is not held up by what has a higher priority and waits in the same level', async (t) => {
    const { queue, send } = await given(t);
    const next = async (): Promise<unknown> => (await stage.side.waitForMessage(queue)).properties.type;
    await send({ delayMs: 2_000, type: 'first', priority: 0 });
    await send({ delayMs: 1_000, type: 'in between' });
    assert.equal(await next(), 'in between');
    await send({ delayMs: 2_000, type: 'later', priority: 9 });
    assert.deepEqual([await next(), await next()], ['first', 'later']);
  });

  it('is never a call: its caller waits now', async (t) => {
    const { queue, producer } = await given(t);
    for (const settings of [{ delayMs: 1_000 }, { at: new Date() }]) {
      const { error } = await producer
        .with({ eks: [[Exchange, queue]], ...settings })
        .call(new RpcCommand('work'));
      assert.ok(isWaybillError(error, 'CONFIGURATION'));
      assert.match(
        error.message,
        /Orders: (delayMs|at) is not for calls; its caller waits for the answer now/,
      );
    }
  });

  it('does not come early where somebody has deleted the queue of a level, nor does that hold up others', async (t) => {
    const { queue, send } = await given(t);
    await send({ delayMs: 2_000, type: 'first' });
    assert.equal((await stage.side.waitForMessage(queue)).properties.type, 'first');
    await stage.side.onChannel((channel) => channel.deleteQueue('waybill.delay.01'));
    const begun = performance.now();
    await Promise.all([
      send({ delayMs: 1_000, type: 'other' }),
      send({ delayMs: 2_000, type: 'two' }),
      send({ delayMs: 3_000, type: 'three' }),
    ]);
    const came: unknown[] = [];
    for (const ms of [1_000, 2_000, 3_000]) {
      came.push((await stage.side.waitForMessage(queue)).properties.type);
      assert.ok(performance.now() - begun >= ms, `${came.join(' ')} after ${performance.now() - begun} ms`);
    }
    assert.deepEqual(came, ['other', 'two', 'three']);
  });

  it('goes on where somebody has deleted the exit', async (t) => {
    const { queue, send } = await given(t, { forwards: false });
    await send({ delayMs: 1_000 });
    await stage.side.waitForDepth(due, 1);
    await stage.side.onChannel(async (channel) => {
      await channel.purgeQueue(due);
      await channel.deleteQueue(due);
    });
    const again = await given(t);
    await again.send({ delayMs: 1_000, type: 'again' });
    assert.equal((await stage.side.waitForMessage(again.queue)).properties.type, 'again');
    assert.equal(await stage.side.depth(queue), 0);
  });

  it('is parked with its story where it cannot be delivered, and holds up nobody', async (t) => {
    const { queue, producer, send } = await given(t);
    const messageId = randomUUID();
    const eks = [uniqueName('nowhere'), uniqueName('nowhere')].map((key) => [Exchange, key] as const);
    await producer.with({ eks, delayMs: 1_000, messageId }).send(new MessageCommand('lost'));
    await send({ delayMs: 2_000, type: 'found' });
    assert.equal((await stage.side.waitForMessage(queue)).properties.type, 'found');
    const isParked = async (): Promise<boolean> =>
      (await stage.side.depth('waybill.delay.failed').catch(() => 0)) === 2;
    await until(isParked, { what: 'both are parked', limitMs: 60_000 });
    const { properties } = await stage.side.waitForMessage('waybill.delay.failed');
    const { 'x-waybill-dossier': dossier, 'x-waybill-late': late } = properties.headers ?? {};
    assert.deepEqual([dossier.code, dossier.attempts, late.id], ['UNROUTABLE', 4, messageId]);
    const quorum = { arguments: { 'x-queue-type': 'quorum' } };
    await stage.side.onChannel((channel) => channel.assertQueue('waybill.delay.failed', quorum));
  });

  const forwarding: Readonly<Record<string, (t: TestContext) => Promise<unknown>>> = {
    async 'a processor'(t) {
      class Desk extends MessageProcessor {
        static override readonly forwards = true;
      }
      return await stage.start(t, Desk, await stage.place());
    },
    async 'a worker'(t) {
      const worker = new QueueWorker({ url: stage.url }, { forwards: true });
      worker.route(uniqueName('queue'))(() => {});
      t.after(() => worker.close());
      return await worker.run();
    },
    async 'an app'(t) {
      class Forwarding extends App {
        static override readonly forwards = true;
      }
      const app = new Forwarding({ connections: [new AmqpConnection({ url: stage.url })], metrics: false });
      t.after(() => app.close());
      return await app.start();
    },
  };
  for (const [name, start] of Object.entries(forwarding)) {
    it(`is sent on by ${name} with static forwards = true, of whoever has sent it`, async (t) => {
      const { queue, send } = await given(t, { forwards: false });
      await send({ delayMs: 1_000 });
      await stage.side.waitForDepth(due, 1);
      await start(t);
      await stage.side.waitForMessage(queue);
    });
  }

  it('waits where nobody forwards, which its sender and its health say', async (t) => {
    const { queue, log, producer, send } = await given(t, { forwards: false });
    await send({ delayMs: 1_000 });
    await stage.side.waitForDepth(due, 1);
    await until(() => log.warnings.length > 0, { what: 'it was told' });
    assert.match(
      String(log.warnings[0]),
      /Orders: nobody forwards late messages: 'waybill.delay.due' has no/,
    );
    const health = await producer.health();
    assert.equal(health.ok, false);
    assert.match(String(health.queues[0]?.error), /nobody forwards late messages/);
    const { producer: other } = await given(t, { forwards: true });
    await stage.side.waitForMessage(queue);
    await until(async () => (await producer.health()).ok, { what: 'somebody forwards' });
    assert.deepEqual(
      (await other.health()).queues.map((each) => each.queue),
      [due],
    );
  });
});
