// Calls, streams and their answers.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  GenericProducer,
  type HandlerContext,
  isWaybillError,
  KeyRing,
  MessageProcessor,
  type Reply,
  RpcCommand,
  RpcStreamCommand,
  UntrustedError,
} from 'waybill';
import { rpc } from '../../support/stage/envelopes.js';
import { useStage } from '../../support/stage/stage.js';
import { keyPair, secretKey } from './keys.js';

class Desk extends MessageProcessor {
  static override readonly concurrency = 4;
  readonly callers: (string | undefined)[] = [];
  readonly attempts: number[] = [];
  silent = 0;
}
Desk.handle(
  'command',
  'sum',
  function ({ parameters }: Content, _reply: Reply<number>, { identity, attempt }: HandlerContext) {
    this.callers.push(identity?.name);
    this.attempts.push(attempt);
    const { numbers } = parameters as { readonly numbers: readonly number[] };
    return numbers.reduce((sum, each) => sum + each, 0);
  },
  { category: 'rpc' },
);
Desk.handle(
  'command',
  'count',
  async function* ({ parameters }: Content) {
    for (let at = 0; at < (parameters as { readonly to: number }).to; at++) yield at;
  },
  { category: 'stream' },
);

class Shop extends GenericProducer {
  build_rpc_sum(...numbers: number[]) {
    return new RpcCommand<number>('sum', { numbers });
  }
  build_stream_count(to: number) {
    return new RpcStreamCommand<number>('count', { to });
  }
}

describe('signed calls', () => {
  const stage = useStage();
  const keys = new KeyRing([
    keyPair('shop-1', 'Shop'),
    secretKey('desk-1', 'Desk'),
    secretKey('x-1', 'Other'),
  ]);
  const asDesk = { sign: 'desk-1', verify: 'enforce', keys } as const;
  const asShop = { sign: 'shop-1', verify: 'enforce', keys } as const;

  async function shopFor(
    t: Parameters<typeof stage.connect>[0],
    place: { readonly eks: (typeof Shop)['eks'] },
    options: Parameters<typeof stage.connect>[2],
  ) {
    const Class = class Shop extends ShopAt(place.eks) {};
    return await stage.connect(t, Class, options);
  }

  for (const replyQueue of ['direct', 'per-call'] as const)
    it(`${replyQueue}: a call and its answer are signed, and both sides look`, async (t) => {
      const place = await stage.place();
      const { processor, log } = await stage.start(t, Desk, place, { identity: asDesk });
      class Asking extends ShopAt(place.eks) {
        static override readonly replyQueue = replyQueue;
      }
      Object.defineProperty(Asking, 'name', { value: 'Shop' });
      const shop = await stage.connect(t, Asking, { identity: asShop });
      const answers = await Promise.all([1, 2, 3, 4].map((each) => shop.rpc_sum(each, 1)));
      assert.deepEqual(
        answers.map((each) => each.unwrap()),
        [2, 3, 4, 5],
      );
      assert.deepEqual(processor.callers, Array(4).fill('Shop'));
      assert.deepEqual((await processor.health()).untrusted?.count, 0);
      assert.deepEqual([log.errors, log.warnings], [[], []]);
    });

  it('a call that is sent again is trusted, and answered as before', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Desk, place, { identity: asDesk });
    const shop = await shopFor(t, place, { identity: asShop });
    // Nobody answers in a millisecond: so it is sent several times, and run once.
    const asked = shop.with({ attemptTimeoutMs: 1, maxRetry: 5, timeoutMs: 10_000 });
    assert.equal((await asked.rpc_sum(2, 3)).unwrap(), 5);
    assert.deepEqual((await processor.health()).untrusted?.count, 0);
    assert.equal(processor.callers.length, 1);
  });

  it('several answers to one call come to a queue, and are looked at', async (t) => {
    const place = await stage.place();
    await stage.start(t, Desk, place, { identity: asDesk });
    const shop = await shopFor(t, place, { identity: asShop });
    const queue = await shop.rpc_queue_sum(4, 4);
    const [answer] = await queue.collect();
    assert.equal(answer?.unwrap(), 8);
  });

  it('whose call is not trusted is told the code, and nothing more; it is not run, and changes no answer', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Desk, place, { identity: asDesk });
    const replies = await place.callWith(rpc('sum', { numbers: [1] }), { messageId: 'one of another' });
    const answer = await replies.next();
    assert.deepEqual(processor.callers, []);
    assert.equal(answer.content.message, 'UNTRUSTED');
    assert.doesNotMatch(JSON.stringify(answer), /unsigned/);
    assert.equal(answer.properties.headers?.['x-waybill-hops'], undefined);
    const shop = await shopFor(t, place, {});
    const result = await shop.rpc_sum(1, 2);
    assert.ok(!result.ok);
    assert.equal((result.error as { readonly remoteCode?: string }).remoteCode, 'UNTRUSTED');
    assert.deepEqual(log.errors, []);
  });

  it('an answer that is not signed, or by a key of another, is not given to a caller who looks', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Desk, place);
    const shop = await shopFor(t, place, { identity: asShop });
    const unsigned = await shop.rpc_sum(1, 2);
    assert.ok(!unsigned.ok && unsigned.error instanceof UntrustedError);
    assert.equal(unsigned.error.reason, 'unsigned');
    await processor.close();
    const posing = { sign: 'x-1', name: 'Other', keys };
    await stage.start(t, Desk, place, { identity: posing });
    const posed = await shop.rpc_sum(1, 2);
    assert.ok(!posed.ok && posed.error instanceof UntrustedError);
    assert.equal(posed.error.reason, 'another name');
  });

  it('a stream is signed frame by frame; one that is not ends with the reason', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Desk, place, { identity: asDesk });
    const shop = await shopFor(t, place, { identity: asShop });
    const items: number[] = [];
    for await (const item of shop.stream_count(1_000)) items.push(item);
    assert.equal(items.length, 1_000);
    await processor.close();
    await stage.start(t, Desk, place);
    await assert.rejects(
      async () => {
        for await (const item of shop.stream_count(3)) items.push(item);
      },
      (thrown) => isWaybillError(thrown, 'UNTRUSTED'),
    );
  });
});

function ShopAt(eks: (typeof Shop)['eks']) {
  return class Shop extends ShopClass {
    static override readonly eks = eks;
  };
}
const ShopClass = Shop;
