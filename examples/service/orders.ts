import {
  type Connected,
  handlersFor,
  MessageProcessor,
  type MessageProcessorOptions,
  MicroScheduler,
} from 'waybill';
import { OrderEvents, OrderProducer, ShopExchange, StockProducer } from './facilities.js';

interface Peers {
  readonly stock: Connected<typeof StockProducer>;
  readonly events: Connected<typeof OrderEvents>;
}

class Orders extends MessageProcessor {
  static override readonly eqks = [[ShopExchange, [['orders', 'orders']]]] as const;
  #lastId = 0;

  constructor(
    options: MessageProcessorOptions,
    readonly peers: Peers,
  ) {
    super(options);
  }

  newId(): number {
    return ++this.#lastId;
  }
}

handlersFor(OrderProducer).all(Orders, {
  async rpc_place({ parameters: { article, pieces } }) {
    const left = (await this.peers.stock.rpc_reserve(article, pieces)).unwrap(); // what it throws, our caller gets
    const order = { id: this.newId(), article, pieces };
    await this.peers.events.event_placed(order); // whoever listens, or nobody
    console.log(`orders: ${pieces} ${article}, ${left} are left`);
    return order;
  },
});

/** Serves until `quit`, SIGINT or SIGTERM. */
export async function serveOrders(url?: string): Promise<void> {
  const service = { url, fingerprint: { name: 'orders' } }; // who it is, on all that it sends and answers
  // Made before what uses them. `run()` ends when the last handler has; then they are closed, the last one first.
  await using stock = await StockProducer.connect(service);
  await using events = await OrderEvents.connect(service);
  const scheduler = new MicroScheduler();
  scheduler.addMicrothread(new Orders(service, { stock, events }));
  await scheduler.run();
}
