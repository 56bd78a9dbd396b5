// What the services of the shop say to each other. Both sides import it, so a name or a type that one of them gets wrong does not compile.
import { Exchange, GenericProducer, MessageEvent, RpcCommand } from 'waybill';

export interface Order {
  readonly id: string;
  readonly article: string;
  readonly pieces: number;
}

/** Who shall do something: one queue takes it. */
export class ShopExchange extends Exchange {
  static override readonly exchangeName = 'shop';
  static override readonly exchangeType = 'direct';
}

/** What has happened: whoever subscribes hears of it. */
export class ShopEvents extends Exchange {
  static override readonly exchangeName = 'shop-events';
  static override readonly exchangeType = 'topic';
}

/** Calls the orders. */
export class OrderProducer extends GenericProducer {
  static override readonly eks = [[ShopExchange, 'orders']] as const;

  build_rpc_place(article: string, pieces: number) {
    return new RpcCommand<Order, { article: string; pieces: number }>('place', { article, pieces });
  }
}

/** Calls the stock. */
export class StockProducer extends GenericProducer {
  static override readonly eks = [[ShopExchange, 'stock']] as const;

  /** Answers how many are left. */
  build_rpc_reserve(article: string, pieces: number) {
    return new RpcCommand<number, { article: string; pieces: number }>('reserve', { article, pieces });
  }
}

/** Tells what has become of orders. */
export class OrderEvents extends GenericProducer {
  static override readonly eks = [[ShopEvents, '']] as const;

  build_event_placed(order: Order) {
    return new MessageEvent('placed', order, `order.${order.article}.placed`);
  }
}
