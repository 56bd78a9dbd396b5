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
