import { randomUUID } from 'node:crypto';
import { type OrderEvents, OrderProducer, ShopExchange, type StockProducer } from '@shop/contract';
import { type Connected, handlersFor, MessageProcessor, type MessageProcessorOptions } from 'waybill';

export interface Peers {
  readonly stock: Connected<typeof StockProducer>;
  readonly events: Connected<typeof OrderEvents>;
}

/** Takes orders: asks the stock, and tells whoever wants to know. */
export class Orders extends MessageProcessor {
  static override readonly eqks = [[ShopExchange, [['orders', 'orders']]]] as const;

  constructor(
    options: MessageProcessorOptions,
    readonly peers: Peers,
  ) {
    super(options);
  }
}

handlersFor(OrderProducer).all(Orders, {
  async rpc_place({ parameters: { article, pieces } }) {
    const left = (await this.peers.stock.rpc_reserve(article, pieces)).unwrap();
    const order = { id: randomUUID(), article, pieces };
    await this.peers.events.event_placed(order); // whoever listens, or nobody
    console.log(`${pieces} ${article} are ordered, ${left} are left`);
    return order;
  },
});
