import { expectTypeOf } from 'expect-type';
import {
  type Content,
  handlersFor,
  MessageProcessor,
  type OpenCall,
  type OpenStream,
  producerOf,
  type Reply,
} from 'waybill';
import { z } from 'zod';
import { PingExchange } from './ping.js';
import { typeCase } from './type-case.js';

class Parcel {
  grams = 0;
  isHeavy(): boolean {
    return this.grams > 1_000;
  }
}

class Orders extends producerOf({
  message_cancel: { parameters: z.object({ orderId: z.number() }) },
  message_weigh: { parameters: Parcel },
  message_wait: {},
  event_paid: {
    parameters: z.object({ order: z.string(), at: z.coerce.date<string>() }),
    key: ({ order }: { order: string }) => `order.${order}.paid`,
  },
  rpc_price: {
    parameters: z.object({ article: z.string(), pieces: z.number().default(1) }),
    answer: z.object({ cents: z.number(), until: z.coerce.date<string>() }),
  },
  stream_rows: { parameters: z.string(), item: z.number() },
}) {
  static override readonly eks = [[PingExchange, 'ping']] as const;
}

const on = handlersFor(Orders);

typeCase('H-E3: a sending method takes what the schema takes', async () => {
  const orders = await Orders.connect();
  expectTypeOf(orders.message_cancel).toEqualTypeOf<(parameters: { orderId: number }) => Promise<void>>();
  expectTypeOf(orders.message_weigh).toEqualTypeOf<(parameters: { grams: number }) => Promise<void>>();
  await orders.message_weigh(new Parcel());
  expectTypeOf(orders.message_wait).toEqualTypeOf<() => Promise<void>>();
  expectTypeOf(orders.event_paid).toEqualTypeOf<
    (parameters: { order: string; at: string }) => Promise<void>
  >();
  expectTypeOf(orders.rpc_price).parameters.toEqualTypeOf<
    [parameters: { article: string; pieces?: number | undefined }]
  >();
});

typeCase('a caller gets what the schema makes', async () => {
  const orders = await Orders.connect();
  expectTypeOf(orders.rpc_price({ article: 'stamp' })).toEqualTypeOf<
    OpenCall<{ cents: number; until: Date }>
  >();
  expectTypeOf(orders.stream_rows('all')).toEqualTypeOf<OpenStream<number>>();
});

typeCase('handlers get what the schema makes, and answer what the answer takes', () => {
  class Desk extends MessageProcessor {
    @on.MessageHandler('cancel')
    cancel({ parameters }: Content<{ orderId: number }>) {
      return parameters.orderId;
    }

    @on.RpcHandler('price')
    price(
      { parameters }: Content<{ article: string; pieces: number }>,
      _reply: Reply<{ cents: number; until: string }>,
    ) {
      return { cents: parameters.pieces, until: 'tomorrow' };
    }
  }
  on.all(Desk, {
    message_cancel: ({ parameters }) => expectTypeOf(parameters).toEqualTypeOf<{ orderId: number }>(),
    message_weigh: ({ parameters }) => expectTypeOf(parameters).toEqualTypeOf<Parcel>(),
    message_wait: () => {},
    event_paid: ({ parameters }) => expectTypeOf(parameters).toEqualTypeOf<{ order: string; at: Date }>(),
    rpc_price({ parameters }) {
      expectTypeOf(parameters).toEqualTypeOf<{ article: string; pieces: number }>();
      return { cents: 1, until: '2026-11-27' };
    },
    async *stream_rows({ parameters }) {
      expectTypeOf(parameters).toEqualTypeOf<string>();
      yield 1;
    },
  });
});

typeCase('what does not fit does not compile', async () => {
  const orders = await Orders.connect();
  // @ts-expect-error Type 'string' is not assignable to type 'number'
  await orders.message_cancel({ orderId: '1' });
  // @ts-expect-error Expected 0 arguments, but got 1
  await orders.message_wait(1);
  class Desk extends MessageProcessor {}
  // @ts-expect-error Property 'rpc_price' is missing
  on.all(Desk, {
    message_cancel: () => {},
    message_weigh: () => {},
    message_wait: () => {},
    stream_rows: () => [],
  });
  on.all(Desk, {
    message_cancel: () => {},
    message_weigh: () => {},
    message_wait: () => {},
    stream_rows: () => [],
    // @ts-expect-error is not assignable to type 'Answered<{ cents: number; until: string; }>'
    rpc_price: () => ({ price: 1 }),
  });
  // @ts-expect-error it must be called message_x, event_x, rpc_x or stream_x
  producerOf({ cancel: {} });
  // @ts-expect-error Type 'number' is not assignable to type 'ContentType | undefined'
  producerOf({ message_cancel: { parameters: 4 } });
});
