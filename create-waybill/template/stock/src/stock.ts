import { ShopExchange, StockProducer } from '@shop/contract';
import { handlersFor, MessageProcessor } from 'waybill';

/** Knows how many pieces of each article there are. */
export class Stock extends MessageProcessor {
  // Takes from the queue 'stock', which is bound to the exchange 'shop' by the key 'stock'.
  static override readonly eqks = [[ShopExchange, [['stock', 'stock']]]] as const;
  readonly #pieces = new Map([
    ['stamp', 100],
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
