import { Exchange, GenericProducer, MessageEvent, RpcCommand } from 'waybill';

export interface Order {
  id: number;
  article: string;
  pieces: number;
}

/** Who shall do something: one queue takes it. */
export class ShopExchange extends Exchange {
  static override readonly exchangeName = 'shop';
  static override readonly exchangeType = 'direct';
}

/** What has happened: every service that listens gets it. */
export class ShopEvents extends Exchange {
  static override readonly exchangeName = 'shop-events';
  static override readonly exchangeType = 'topic';
}

export class OrderProducer extends GenericProducer {
  static override readonly eks = [[ShopExchange, 'orders']] as const;

  build_rpc_place(article: string, pieces: number) {
    return new RpcCommand<Order, { article: string; pieces: number }>('place', { article, pieces });
  }
}

export class StockProducer extends GenericProducer {
  static override readonly eks = [[ShopExchange, 'stock']] as const;

  /** Answers how many are left. */
  build_rpc_reserve(article: string, pieces: number) {
    return new RpcCommand<number, { article: string; pieces: number }>('reserve', { article, pieces });
  }
}

export class OrderEvents extends GenericProducer {
  static override readonly eks = [[ShopEvents, '']] as const; // each event has a key of its own

  build_event_placed(order: Order) {
    return new MessageEvent('placed', order, `order.${order.article}.placed`);
  }
}
