import { AmqpConnection, App, HttpError, SseConnection, Timeit } from 'waybill/app';
import { z } from 'zod';

const Order = z.object({ id: z.number().int(), article: z.string(), pieces: z.number().int().positive() });
const Price = z.object({ article: z.string(), price: z.number() });

type Order = z.infer<typeof Order>;

/** What handlers and hooks share. */
interface ShopState {
  readonly prices: Map<string, number>;
  readonly orders: Map<number, Order>;
}

/** Takes orders over HTTP, puts them into a queue, writes them down in batches, and follows a stream of prices. */
export function newShop(url: string | undefined, supplier: string, say = console.log): App<ShopState> {
  const broker = new AmqpConnection({ url });
  const app = new App<ShopState>({
    name: 'shop',
    connections: [broker, new SseConnection({ url: supplier })],
    http: { port: 0 },
    state: { prices: new Map(), orders: new Map() },
  });
  const timeit = new Timeit('batch', (took) => say(`Measured: ${[...took.keys()].join(', ')}`));

  app.sse.consume('/prices', { body: Price })(([event]) => {
    if (!event) return;
    app.state.prices.set(event.body.article, event.body.price);
    say(`A ${event.body.article} costs ${event.body.price}`);
  });

  app.http.post('/orders', { body: Order })(async ({ body }) => {
    await broker.put({ routingKey: 'orders', data: body }); // resolves when the broker has it
    return Response.json({ accepted: body.id }, { status: 202 });
  });

  app.amqp.consume('orders', { bulkSize: 3, flushIntervalMs: 60_000, body: Order })(async (messages) => {
    await timeit.run(async (batch) => {
      await batch.run('write', () => {
        for (const { body } of messages) app.state.orders.set(body.id, body);
      });
    });
    say(`Orders ${messages.map(({ body }) => body.id).join(', ')} are written down`);
  }); // all three are settled with one ack

  app.http.get('/orders/{id:int}')(({ params }) => {
    const order = app.state.orders.get(params.id);
    if (!order) throw new HttpError(404, `There is no order ${params.id}.`);
    return { ...order, total: order.pieces * (app.state.prices.get(order.article) ?? 0) };
  });

  app.runEvery(60_000)(({ state }) => say(`${state.orders.size} orders so far`));
  app.runOnShutdown(({ state }) => say(`${state.orders.size} orders at the end`));
  return app;
}
