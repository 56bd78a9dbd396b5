import assert from 'node:assert/strict';
import { it } from 'node:test';
import { OrderEvents, OrderProducer, ShopExchange, StockProducer } from '@shop/contract';
import { handlersFor, MessageProcessor } from 'waybill';
import { TestBroker } from 'waybill/testing';
import { Orders } from '../src/orders.js';

/** Stands where the stock stands. */
class FullStock extends MessageProcessor {
  static override readonly eqks = [[ShopExchange, [['stock', 'stock']]]] as const;
}
handlersFor(StockProducer).all(FullStock, {
  rpc_reserve: ({ parameters: { pieces } }) => 1_000 - pieces,
});

it('places an order once, however often the network repeats it', async () => {
  await using broker = await TestBroker.start();
  const { url } = broker;
  await using _full = await new FullStock({ url }).start();
  await using stock = await StockProducer.connect({ url });
  await using events = await OrderEvents.connect({ url });
  await using _orders = await new Orders({ url }, { stock, events }).start();
  await using customer = await OrderProducer.connect({ url });

  broker.deliverNextTwice({ exchange: 'shop', routingKey: 'orders' });
  const order = (await customer.rpc_place('stamp', 20)).unwrap();
  await broker.idle();
  assert.deepEqual([order.article, order.pieces], ['stamp', 20]);
  assert.equal(broker.published.filter(({ message }) => message.exchange === 'shop-events').length, 1);
});
