import { OrderEvents, ShopEvents, ShopExchange, StockProducer } from '@shop/contract';
import { handlersFor, MessageProcessor } from 'waybill';

/** Knows how many pieces of each article there are, and packs what is ordered. */
export class Stock extends MessageProcessor {
  // Takes from the queue 'stock', which is bound to the exchange 'shop' by the key 'stock'.
  static override readonly eqks = [[ShopExchange, [['stock', 'stock']]]] as const;
  // Hears of every order that is placed, by a queue that all instances of this service share.
  static override readonly subscriptions = [{ exchange: ShopEvents, patterns: ['order.*.placed'] }] as const;
  // What a message fails of is tried three times, then kept: npx waybill failed list stock.Stock.events
  static override readonly retry = { attempts: 3, delayMs: 500, factor: 2 };
  readonly #pieces = new Map([
    ['stamp', 100_000],
    ['album', 3],
  ]);

  take(article: string, pieces: number): number {
    const left = (this.#pieces.get(article) ?? 0) - pieces;
    if (left < 0) throw new RangeError(`only ${left + pieces} of ${article}`);
    this.#pieces.set(article, left);
    return left;
  }
}

handlersFor(StockProducer).all(Stock, {
  rpc_reserve({ parameters: { article, pieces } }) {
    return this.take(article, pieces); // what is thrown here is thrown at the caller's unwrap()
  },
});
handlersFor(OrderEvents).all(Stock, {
  event_placed({ parameters: { id, article, pieces } }) {
    console.log(`${pieces} ${article} are packed for order ${id}`);
  },
});
