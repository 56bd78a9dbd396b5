// What was put aside comes back by another way, and is known again.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  type Content,
  Exchange,
  GenericProducer,
  type HandlerContext,
  KeyRing,
  MessageCommand,
  MessageProcessor,
  type VerifiedSender,
} from 'waybill';
import { FailedQueue, Link } from '../../../src/amqp/index.js';
import { uniqueName } from '../../support/broker.js';
import { command, peer } from '../../support/stage/envelopes.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { keyPair, secretKey, twoParties, withoutPrivate } from './keys.js';

describe('signed messages that are put aside', () => {
  const stage = useStage();

  /** A queue that parks, bound to an exchange of its own; and a producer for it that signs. */
  async function shopAndDesk(t: TestContext, args: Readonly<Record<string, unknown>> = {}) {
    const name = uniqueName('desk');
    class Orders extends Exchange {
      static override readonly exchangeName = uniqueName('orders');
    }
    const queue = { name, flags: { arguments: args } } as const;
    class Desk extends MessageProcessor {
      static override readonly eqks = [[Orders, [[queue, 'order']]]] as const;
      static override readonly retry = { attempts: 3, delayMs: 50 };
      readonly runs: (readonly [unknown, VerifiedSender | undefined])[] = [];
      mended = false;
    }
    Desk.handle('command', 'order', function ({ parameters }: Content, { identity }: HandlerContext) {
      this.runs.push([(parameters as { readonly number: unknown }).number, identity]);
      if (!this.mended) throw new Error('not yet');
    });
    class Shop extends GenericProducer {
      static override readonly eks = [[Orders, 'order']] as const;
      build_message_order(number: number) {
        return new MessageCommand('order', { number });
      }
    }
    const failed = async (work: (failed: FailedQueue) => Promise<unknown>) => {
      const link = Link.acquire({ url: stage.url });
      t.after(() => link.close());
      return await work(new FailedQueue(link, name));
    };
    return { name, Desk, Shop, failed };
  }

  for (const type of ['classic', 'quorum'])
    it(`${type}: one is tried again, parked, and sent back, and is trusted each time`, async (t) => {
      const { keys } = twoParties();
      const { name, Desk, Shop, failed } = await shopAndDesk(t, { 'x-queue-type': type });
      const identity = { sign: 'desk-1', verify: 'enforce', keys, windowMs: 400 } as const;
      const { processor, log } = await stage.start(t, Desk, { eqks: [...Desk.eqks] }, { identity });
      const shop = await stage.connect(t, Shop, { identity: { sign: 'shop-1', keys } });
      const sentAt = Date.now();
      // A life, and a carbon copy to nowhere, which no copy may carry.
      await shop.with({ expirationMs: 60_000, headers: { CC: ['nobody'] } }).message_order(1);
      await stage.side.waitForDepth(`${name}.failed`, 1);
      processor.mended = true;
      await until(() => Date.now() > sentAt + 500, { what: 'its time would be over' });
      await failed((queue) => queue.replay(() => true));
      await waitForLength(processor.runs, 4);
      const shopSeen = { keyId: 'shop-1', name: 'Shop', userId: undefined };
      assert.deepEqual(processor.runs, Array(4).fill([1, shopSeen]));
      assert.deepEqual((await processor.health()).untrusted, { count: 0, last: [] });
      assert.equal(log.errors.length, 1);
    });

  it('one whose key was missing is parked with its reason, and is handled when it is sent back after the key has come', async (t) => {
    const [shopKey, deskKey] = [keyPair('shop-1', 'Shop'), secretKey('desk-1', 'Desk')];
    const { name, Desk, Shop, failed } = await shopAndDesk(t);
    Desk.prototype.mended = true;
    const identity = { sign: 'desk-1', verify: 'enforce' } as const;
    const before = await stage.start(
      t,
      Desk,
      { eqks: [...Desk.eqks] },
      { identity: { ...identity, keys: new KeyRing([deskKey]) } },
    );
    const shop = await stage.connect(t, Shop, { identity: { sign: 'shop-1', keys: new KeyRing([shopKey]) } });
    await shop.message_order(1);
    await stage.side.waitForDepth(`${name}.failed`, 1);
    const [parked] = (await failed((queue) => queue.list())) as Awaited<ReturnType<FailedQueue['list']>>;
    assert.equal(parked?.dossier?.code, 'UNTRUSTED');
    assert.match(String(parked?.dossier?.message), /unknown key/);
    assert.equal(parked?.dossier?.attempts, 1);
    await before.processor.close();
    const keys = new KeyRing([deskKey, withoutPrivate(shopKey)]);
    const { processor } = await stage.start(
      t,
      Desk,
      { eqks: [...Desk.eqks] },
      { identity: { ...identity, keys } },
    );
    await failed((queue) => queue.replay(() => true));
    await waitForLength(processor.runs, 1);
    assert.deepEqual((await processor.health()).untrusted?.count, 0);
  });

  it('nobody else can say of a message that it was put aside', async (t) => {
    const { keys, entries } = twoParties();
    const mallory = secretKey('mallory', 'Mallory');
    const known = new KeyRing([...entries, mallory]);
    const { name, Desk, Shop } = await shopAndDesk(t);
    const shop = await stage.connect(t, Shop, { identity: { sign: 'shop-1', keys } });
    const { Identity } = await import('../../../src/identity/index.js');
    const forger = new Identity({ sign: 'mallory', keys: known, name: 'Mallory' }, 'Mallory');
    const identity = { sign: 'desk-1', verify: 'enforce', keys: known } as const;
    const { processor } = await stage.start(t, Desk, { eqks: [...Desk.eqks] }, { identity });
    await processor.close();
    await shop.message_order(1);
    const { content, properties, fields } = await stage.side.waitForMessage(name);
    const came = { ...fields, properties, content, queue: name, home: name, isFirst: false, at: Date.now() };
    const headers = { ...properties.headers, ...forger.seal(came), 'x-waybill-failures': 1 };
    const desk = await stage.start(t, Desk, { eqks: [...Desk.eqks] }, { identity });
    const { messageId, type, contentType } = properties;
    await stage.side.publish('', name, content, { messageId, type, contentType, headers });
    await stage.side.waitForDepth(`${name}.failed`, 1);
    assert.deepEqual((await desk.processor.health()).untrusted?.last[0]?.reason, 'unsealed');
    assert.deepEqual(desk.processor.runs, []);
  });
});

describe('signed messages that are put aside, and must be no better off', () => {
  const stage = useStage();
  const keys = new KeyRing([secretKey('shop-1', 'Shop'), secretKey('desk-1', 'Desk')]);
  const identity = { sign: 'desk-1', verify: 'enforce', keys } as const;

  async function replay(queue: string): Promise<number> {
    const link = Link.acquire({ url: stage.url });
    return await new FailedQueue(link, queue).replay(() => true).finally(() => link.close());
  }

  async function desk(t: TestContext, queue: string) {
    class Desk extends MessageProcessor {
      static override readonly eqks = [[Orders, [[queue, queue]]]] as const;
      readonly seen: unknown[] = [];
    }
    Desk.handle('command', 'order', function ({ parameters }: Content) {
      this.seen.push(parameters);
    });
    return (await stage.start(t, Desk, { eqks: [...Desk.eqks] }, { identity })).processor;
  }

  class Orders extends Exchange {
    static override readonly exchangeName = uniqueName('orders');
  }

  async function reasons(
    processor: MessageProcessor,
  ): Promise<readonly (readonly [unknown, number])[] | undefined> {
    return (await processor.health()).untrusted?.last.map(({ reason, count }) => [reason, count]);
  }

  it('a seal counts in the queue alone for which it was made', async (t) => {
    const [queue, other] = [uniqueName('queue'), uniqueName('other')];
    class Failing extends MessageProcessor {
      static override readonly eqks = [[Orders, [[queue, queue]]]] as const;
    }
    Failing.handle('command', 'order', () => {
      throw new Error('never');
    });
    Object.defineProperty(Failing, 'name', { value: 'Desk' });
    await stage.start(t, Failing, { eqks: [...Failing.eqks] }, { identity });
    class Shop extends GenericProducer {
      static override readonly eks = [[Orders, queue]] as const;
      static override readonly identity = { sign: 'shop-1', keys };
      build_message_order(number: number) {
        return new MessageCommand('order', number);
      }
    }
    await (await stage.connect(t, Shop)).message_order(1);
    const { content, properties } = await stage.side.waitForMessage(`${queue}.failed`);
    assert.ok(properties.headers?.['x-waybill-seal']);
    const processor = await desk(t, other);
    const { messageId, type, contentType, headers } = properties;
    await stage.side.publish('', other, content, { messageId, type, contentType, headers });
    await stage.side.waitForDepth(`${other}.failed`, 1);
    assert.deepEqual(await reasons(processor), [['unsealed', 1]]);
    assert.deepEqual(processor.seen, []);
  });

  it('a replay that was parked is still one when it is sent back', async (t) => {
    const queue = uniqueName('queue');
    const processor = await desk(t, queue);
    class Shop extends GenericProducer {
      static override readonly eks = [[Orders, queue]] as const;
      static override readonly identity = { sign: 'shop-1', keys };
      build_message_order(number: number) {
        return new MessageCommand('order', number);
      }
    }
    const copy = uniqueName('copy');
    await stage.side.onChannel(async (channel) => {
      await channel.assertQueue(copy);
      await channel.bindQueue(copy, Orders.exchangeName, queue);
    });
    const shop = await stage.connect(t, Shop);
    await shop.message_order(1);
    await waitForLength(processor.seen, 1);
    const { content, properties } = await stage.side.waitForMessage(copy);
    const { messageId, type, contentType, headers } = properties;
    await stage.side.publish(Orders.exchangeName, queue, content, { messageId, type, contentType, headers });
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    await replay(queue);
    await stage.side.waitForDepth(`${queue}.failed`, 1);
    assert.deepEqual(processor.seen, [1]);
    assert.deepEqual(await reasons(processor), [
      ['replayed', 1],
      ['unsealed', 1],
    ]);
  });

  it('what a blind carbon copy has brought to another queue is refused there, with whatever seal, also when it is sent back', async (t) => {
    const [meant, other] = [uniqueName('meant'), uniqueName('other')];
    const processor = await desk(t, other);
    await stage.side.onChannel((channel) => channel.assertQueue(meant));
    const { Identity } = await import('../../../src/identity/index.js');
    const shop = new Identity({ sign: 'shop-1', keys }, 'Shop');
    const body = { ...command('order', 1), fingerprint: { ...peer, name: 'Shop' } };
    const content = Buffer.from(JSON.stringify(body));
    const properties = { messageId: 'of the shop', headers: {} };
    const signed = shop.sign({ exchange: '', routingKey: meant, content, properties, mandatory: true });
    for (const seal of [undefined, 'v1.h.desk-1.0.nothing.e30'])
      await stage.side.publish('', meant, content, {
        messageId: 'of the shop',
        headers: { ...signed.properties.headers, ...(seal && { 'x-waybill-seal': seal }), BCC: [other] },
      });
    await stage.side.waitForDepth(`${other}.failed`, 2);
    await replay(other);
    await stage.side.waitForDepth(`${other}.failed`, 2);
    assert.deepEqual(processor.seen, []);
    assert.equal((await processor.health()).untrusted?.count, 4);
  });
});
