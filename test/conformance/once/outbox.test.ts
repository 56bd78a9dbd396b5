// Messages that leave when the transaction is committed that they were put in, and not before, nor without it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it, type TestContext } from 'node:test';
import {
  type Content,
  Exchange,
  GenericProducer,
  isWaybillError,
  MessageCommand,
  MessageEvent,
  MessageProcessor,
  OutboxRelay,
  type OutboxRelayOptions,
  RpcCommand,
} from 'waybill';
import { AmqpConnection } from 'waybill/app';
import { transact } from 'waybill/once';
import { MessageSender } from 'waybill/registry';
import { QueueProducer } from 'waybill/workers';
import { suiteOwner, uniqueName } from '../../support/broker.js';
import { type EffectStore, storeKinds } from '../../support/databases/effect-stores.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { twoParties } from '../identity/keys.js';

class Sender extends GenericProducer {}
class Shop extends GenericProducer {}

class Listener extends MessageProcessor {
  readonly ids: string[] = [];
  readonly heard: unknown[] = [];
}
Listener.handle('command', 'told', function ({ parameters }: Content, { messageId }) {
  this.heard.push(parameters);
  this.ids.push(String(messageId));
});

for (const { title, skip, open } of storeKinds) {
  describe(`an outbox, ${title}`, { skip }, () => {
    const stage = useStage();
    const owner = suiteOwner();
    let kept: EffectStore;
    before(async () => {
      kept = await open(owner);
    });

    async function startRelay(t: TestContext, options: Partial<OutboxRelayOptions> = {}) {
      const logger = recordingLog();
      const relay = new OutboxRelay({ store: kept.store, url: stage.url, logger, everyMs: 50, ...options });
      t.after(() => relay.close());
      await relay.start();
      return { relay, logger };
    }

    async function queue(): Promise<string> {
      const name = uniqueName('outbox');
      await stage.side.onChannel((channel) => channel.assertQueue(name));
      return name;
    }

    it('a handler that is done has its messages sent, with their ids; one that throws has not', async (t) => {
      const { store } = kept;
      const [place, to] = [await stage.place(), await stage.place()];
      const sender = await stage.connect(t, Sender);
      class Desk extends MessageProcessor {
        static override readonly once = { store };
        static override readonly retry = { attempts: 2, delayMs: 50 };
        runs = 0;
      }
      Desk.handle('command', 'work', async function ({ parameters }: Content<string>) {
        await kept.effect(parameters);
        await sender
          .with({ outbox: store, eks: to.eks })
          .send(new MessageCommand('told', `${parameters} ${++this.runs}`));
        if (this.runs === 1) throw new Error('the first run fails');
      });
      await stage.start(t, Desk, place);
      const { processor: listener } = await stage.start(t, Listener, to);
      await place.command('work', 'tell', { messageId: randomUUID() });
      await until(async () => (await kept.effects()).includes('tell'), { what: 'it is done' });
      assert.deepEqual(listener.heard, [], 'nobody has sent it yet');
      const { relay } = await startRelay(t);
      await waitForLength(listener.heard, 1);
      await relay.drain();
      assert.deepEqual(listener.heard, ['tell 2']);
      assert.match(listener.ids[0] ?? '', /^[\w-]{11}\./);
    });

    it('what is put is sent as soon as it is committed, in its order, and as it was', async (t) => {
      await startRelay(t, { everyMs: 600_000 });
      const name = await queue();
      const sender = await stage.connect(t, Sender);
      const headers = {
        tenant: 'a',
        bytes: Buffer.from([1, 2]),
        at: new Date(1_000),
        deep: { list: [1.5, null] },
      };
      await transact(kept.store, async () => {
        for (let number = 0; number < 20; number++)
          await sender
            .with({
              outbox: kept.store,
              eks: [[Exchange, name]],
              headers,
              priority: 3,
              messageId: `id-${number}`,
            })
            .send(new MessageCommand('told', number));
      });
      const came = [];
      for (let number = 0; number < 20; number++) came.push(await stage.side.waitForMessage(name));
      assert.deepEqual(
        came.map(({ content }) => JSON.parse(content.toString()).content.parameters),
        Array.from({ length: 20 }, (_, number) => number),
      );
      const { properties } = came[7] ?? {};
      assert.equal(properties?.messageId, 'id-7');
      assert.equal(properties?.priority, 3);
      assert.equal(properties?.deliveryMode, 2);
      assert.deepEqual(properties?.headers?.['deep'], headers.deep);
      assert.deepEqual(properties?.headers?.['bytes'], headers.bytes);
    });

    it('each style that sends can put', async (t) => {
      const connection = { url: stage.url };
      const [producer, sender] = [new QueueProducer(connection), new MessageSender('task_name', connection)];
      const amqp = new AmqpConnection({ url: stage.url });
      t.after(() => Promise.all([producer.close(), sender.close(), amqp.close()]));
      const name = await queue();
      const outbox = kept.store;
      await transact(kept.store, async () => {
        await producer.publish(name, 1, { outbox });
        await sender.send(name, 'work', 2, { outbox });
        await amqp.put({ routingKey: name, data: 3, outbox });
      });
      assert.equal(await stage.side.depth(name), 0);
      await startRelay(t);
      await stage.side.waitForDepth(name, 3);
    });

    it('is refused outside of a transaction, and for calls: nothing is sent', async (t) => {
      const sender = await stage.connect(t, Sender);
      const view = sender.with({ outbox: kept.store, eks: [[Exchange, await queue()]] });
      await assert.rejects(view.send(new MessageCommand('told')), (error) =>
        isWaybillError(error, 'CONFIGURATION'),
      );
      const result = await transact(kept.store, () => view.call(new RpcCommand('told')));
      assert.ok(!result.ok && isWaybillError(result.error, 'CONFIGURATION'));
      assert.match(result.error.message, /outbox is not for calls/);
    });

    it('a message that reaches no queue waits and is told, holds up no other one, and leaves when it can', async (t) => {
      const { relay, logger } = await startRelay(t);
      const sender = await stage.connect(t, Sender);
      const [nowhere, there] = [uniqueName('later'), await queue()];
      await transact(kept.store, async () => {
        for (const to of [nowhere, there])
          await sender.with({ outbox: kept.store, eks: [[Exchange, to]] }).send(new MessageCommand('told'));
        // An event for nobody is no error.
        const event = new MessageEvent('told', 1, 'for.nobody');
        await sender
          .with({
            outbox: kept.store,
            eks: [
              [
                class extends Exchange {
                  static override readonly exchangeName = 'amq.topic';
                  static override readonly exchangeType = 'topic';
                },
                '',
              ],
            ],
          })
          .send(event);
      });
      await stage.side.waitForDepth(there, 1);
      await until(async () => (await relay.health()).failing === 1, { what: 'health tells of it' });
      assert.equal((await relay.health()).ok, false);
      assert.equal(logger.warnings.filter((line) => line.includes('could not be sent')).length, 1);
      await stage.side.onChannel((channel) => channel.assertQueue(nowhere));
      await stage.side.waitForDepth(nowhere, 1);
      await until(async () => (await relay.health()).ok, { what: 'it is well again' });
    });

    it('of several relays each sends what no other one has taken', async (t) => {
      const name = await queue();
      const sender = await stage.connect(t, Sender);
      for (let put = 0; put < 5; put++)
        await transact(kept.store, async () => {
          for (let number = 0; number < 100; number++)
            await sender
              .with({ outbox: kept.store, eks: [[Exchange, name]] })
              .send(new MessageCommand('told', number));
        });
      const relays = await Promise.all([1, 2, 3].map(() => startRelay(t)));
      await stage.side.waitForDepth(name, 500);
      await Promise.all(relays.map(({ relay }) => relay.drain()));
      assert.equal(await stage.side.depth(name), 500);
    });

    it('a late message is late from when it was put', async (t) => {
      const name = await queue();
      const sender = await stage.connect(t, Sender);
      const begun = performance.now();
      await transact(kept.store, () =>
        sender
          .with({ outbox: kept.store, delayMs: 1_500, eks: [[Exchange, name]] })
          .send(new MessageCommand('told')),
      );
      await startRelay(t);
      await stage.side.waitForMessage(name);
      const tookMs = performance.now() - begun;
      assert.ok(tookMs >= 1_500 && tookMs < 10_000, `${tookMs} ms`);
    });

    it('is signed by its relay when it leaves', async (t) => {
      const { keys } = twoParties();
      const place = await stage.place();
      class Desk extends Listener {}
      const { processor: listener } = await stage.start(t, Desk, place, {
        identity: { sign: 'desk-1', keys, verify: 'enforce' },
      });
      const sender = await stage.connect(t, Shop);
      await transact(kept.store, () =>
        sender.with({ outbox: kept.store, eks: place.eks }).send(new MessageCommand('told', 'signed')),
      );
      await startRelay(t, { identity: { keys, sign: 'shop-1' }, name: 'Shop' });
      await waitForLength(listener.heard, 1);
    });
  });
}
