// A contract that is made of schemas: what does not fit it is found at both ends.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import {
  ConfigurationError,
  type Content,
  type Eks,
  GenericProducer,
  handlersFor,
  isWaybillError,
  MessageCommand,
  MessageEvent,
  MessageProcessor,
  producerOf,
  type Reply,
  RpcCommand,
  RpcStreamCommand,
  type StandardSchema,
} from 'waybill';
import { z } from 'zod';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

const Price = z.object({ cents: z.number().positive(), until: z.coerce.date<string>() });

class Parcel {
  grams = 0;
  isHeavy(): boolean {
    return this.grams > 1_000;
  }
}

const Base = producerOf({
  message_cancel: { parameters: z.object({ orderId: z.int().positive(), at: z.coerce.date<string>() }) },
  message_weigh: { parameters: Parcel },
  message_wait: {},
  message_late: { parameters: z.string().refine(async (text) => text !== 'wrong', 'it is wrong') },
  event_paid: {
    parameters: z.object({ order: z.string() }),
    key: ({ order }: { readonly order: string }) => `order.${order}.paid`,
  },
  rpc_price: { parameters: z.object({ article: z.string(), pieces: z.number().default(1) }), answer: Price },
  rpc_parcel: { answer: Parcel },
  stream_count: { parameters: z.number(), item: z.number().max(3) },
});

function ordersAt(eks: Eks) {
  return class Orders extends Base {
    static override readonly eks = eks;
  };
}

const on = handlersFor(Base);

class Desk extends MessageProcessor {
  readonly seen: unknown[] = [];
}
on.all(Desk, {
  message_cancel({ parameters }) {
    this.seen.push(parameters.orderId, parameters.at);
  },
  message_weigh({ parameters }) {
    this.seen.push(parameters.isHeavy());
  },
  message_wait({ parameters }) {
    this.seen.push(parameters);
  },
  message_late({ parameters }) {
    this.seen.push(parameters);
  },
  event_paid({ parameters }) {
    this.seen.push(parameters.order);
  },
  rpc_price({ parameters: { article, pieces } }) {
    if (article === 'free') return { cents: 0, until: '2026-12-31' };
    return { cents: pieces * 85, until: '2026-12-31' };
  },
  rpc_parcel: () => ({ grams: 2_000, isHeavy: () => true }),
  async *stream_count({ parameters }) {
    for (let n = 1; n <= parameters; n++) yield n;
  },
});

describe('a producer that is made of schemas', () => {
  const stage = useStage();

  it('H-E3: sends what its schemas take; handlers get what they make, and so do callers', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Desk, place);
    const orders = await stage.connect(t, ordersAt(place.eks));
    await orders.message_cancel({ orderId: 4711, at: '2026-11-27T12:00:00Z' });
    await orders.message_weigh({ grams: 1_001 });
    await orders.message_wait();
    await orders.message_late('right');
    await waitForLength(processor.seen, 5);
    assert.deepEqual(processor.seen, [4711, new Date('2026-11-27T12:00:00Z'), true, {}, 'right']);
    const price = (await orders.rpc_price({ article: 'stamp' })).unwrap();
    assert.deepEqual(price, { cents: 85, until: new Date('2026-12-31') });
    assert.equal((await orders.rpc_parcel()).unwrap().isHeavy(), true);
    const items: number[] = [];
    for await (const item of orders.stream_count(3)) items.push(item);
    assert.deepEqual(items, [1, 2, 3]);
    const [first] = (await orders.gather_price({ article: 'stamp' })).answers;
    assert.ok(first?.result.unwrap().until instanceof Date);
  });

  it('sends nothing that they do not take, and says what is wrong with it', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Desk, place);
    const orders = await stage.connect(t, ordersAt(place.eks));
    const mismatch = (...reasons: RegExp[]) => {
      return (thrown: unknown): boolean => {
        assert.ok(isWaybillError(thrown, 'CONTENT_MISMATCH'), String(thrown));
        for (const reason of reasons) assert.match(thrown.message, reason);
        return true;
      };
    };
    const wrong = { orderId: -1, at: 'never' };
    await assert.rejects(orders.message_cancel(wrong), mismatch(/message_cancel/, /orderId: /, /at: /));
    await assert.rejects(orders.message_late('wrong'), mismatch(/it is wrong/));
    await assert.rejects(orders.event_paid({ order: 4 as never }), mismatch(/event_paid/));
    const { error } = await orders.rpc_price({ article: 4 as never });
    mismatch(/rpc_price/, /article: /)(error);
    await assert.rejects(
      async () => {
        for await (const _ of orders.stream_count('three' as never)) assert.fail('it has begun');
      },
      mismatch(/stream_count/),
    );
    await orders.message_wait();
    await waitForLength(processor.seen, 1);
    assert.deepEqual(processor.seen, [{}]);
  });

  it('may call a message otherwise where it travels', async (t) => {
    const place = await stage.place();
    class Named extends producerOf({ rpc_half: { parameters: z.number(), answer: z.number().max(10) } }) {
      static override readonly eks = place.eks;
      static override readonly names = { half: 'numbers.half' };
    }
    class Halver extends MessageProcessor {}
    Halver.handle('command', 'numbers.half', ({ parameters }: Content<number>) => parameters / 2, {
      category: 'rpc',
    });
    await stage.start(t, Halver, place);
    const named = await stage.connect(t, Named);
    assert.equal((await named.rpc_half(8)).unwrap(), 4);
    assert.ok(isWaybillError((await named.rpc_half(80)).error, 'MALFORMED_REPLY'));
  });

  it('looks at what arrives, and not at what it was before', async (t) => {
    const place = await stage.place();
    const Strict = producerOf({ message_at: { parameters: z.object({ at: z.date() }) } });
    class Clock extends Strict {
      static override readonly eks = place.eks;
    }
    const clock = await stage.connect(t, Clock);
    await assert.rejects(clock.message_at({ at: new Date() }), /at: .*date/);
  });

  it('tells events under the key that is made of their parameters', async (t) => {
    const place = await stage.place();
    const orders = await stage.connect(t, ordersAt(place.eks));
    const built = orders.build_event_paid({ order: 'A-1' });
    assert.ok(built instanceof MessageEvent);
    assert.equal(built.key, 'order.A-1.paid');
  });

  it('does not believe who sends what it would not: that is a failure of the message, with its reasons', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Desk, place);
    class Stranger extends GenericProducer {
      static override readonly eks = place.eks;
    }
    const stranger = await stage.connect(t, Stranger);
    await stranger.send(new MessageCommand('cancel', { orderId: 'x' }));
    await until(() => log.errors.some((line) => /orderId: /.test(line)), { what: 'its reasons are told' });
    const { error } = await stranger.call(new RpcCommand('price', { article: 4 }));
    assert.match(String(error?.message), /article: /);
    await assert.rejects(async () => {
      for await (const _ of stranger.stream(new RpcStreamCommand('count', 'x'))) assert.fail('it has begun');
    });
    assert.deepEqual(processor.seen, []);
  });

  it('has answers looked at before they leave, also those of reply() and the items of streams', async (t) => {
    const place = await stage.place();
    const { log } = await stage.start(t, Desk, place);
    const orders = await stage.connect(t, ordersAt(place.eks));
    const { error } = await orders.rpc_price({ article: 'free' });
    assert.match(String(error?.message), /does not fit the contract.*cents: /s);
    assert.ok(log.errors.some((line) => /does not fit the contract/.test(line)));
    const items: number[] = [];
    await assert.rejects(async () => {
      for await (const item of orders.stream_count(5)) items.push(item);
    }, /does not fit the contract/);
    assert.deepEqual(items, [1, 2, 3]);

    const second = await stage.place();
    class Late extends MessageProcessor {
      @on.RpcHandler('price')
      async price(
        _content: Content<{ article: string; pieces: number }>,
        reply: Reply<z.input<typeof Price>>,
      ) {
        reply({ cents: -1, until: '2026-12-31' });
        await delay(1);
      }
    }
    await stage.start(t, Late, second);
    const late = await (await stage.connect(t, ordersAt(second.eks))).rpc_price({ article: 'stamp' });
    assert.match(String(late.error?.message), /does not fit the contract.*cents: /s);
  });

  it('does not believe an answer that does not fit, whoever gives it', async (t) => {
    const place = await stage.place();
    class Careless extends MessageProcessor {}
    Careless.handle('command', 'price', () => ({ cents: 'many' }), { category: 'rpc' });
    await stage.start(t, Careless, place);
    const result = await (await stage.connect(t, ordersAt(place.eks))).rpc_price({ article: 'stamp' });
    assert.ok(isWaybillError(result.error, 'MALFORMED_REPLY'), String(result.error));
    assert.match(String((result.error.cause as Error).message), /cents: /);
  });

  it('is refused where it is made of what is neither a schema nor a class, or of a name that sends nothing', () => {
    assert.throws(() => producerOf({ cancel: {} } as never), ConfigurationError);
    assert.throws(() => producerOf({ message_: {} }), ConfigurationError);
    assert.throws(() => producerOf({ message_a: { parameters: 4 } } as never), /parameters/);
    assert.throws(
      () => producerOf({ rpc_a: { answer: undefined, parameters: null } } as never),
      /parameters/,
    );
  });

  it('wants answers to be looked at at once', async (t) => {
    const place = await stage.place();
    const answer: StandardSchema<number> = {
      '~standard': { version: 1, vendor: 'test', validate: async (value) => ({ value: value as number }) },
    };
    class Slow extends producerOf({ rpc_slow: { answer } }) {
      static override readonly eks = place.eks;
    }
    class Server extends MessageProcessor {}
    handlersFor(Slow).all(Server, { rpc_slow: () => 1 as never });
    await stage.start(t, Server, place);
    const { error } = await (await stage.connect(t, Slow)).rpc_slow();
    assert.match(String(error?.message), /answers by a promise/);
  });
});
