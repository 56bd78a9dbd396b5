import { handlersFor, MessageProcessor } from 'waybill';
import { ShopExchange, StockProducer } from './facilities.js';

export class Stock extends MessageProcessor {
  static override readonly eqks = [[ShopExchange, [['stock', 'stock']]]] as const;
  readonly #pieces = new Map([['stamp', 100]]);

  take(article: string, pieces: number): number {
    const left = (this.#pieces.get(article) ?? 0) - pieces;
    if (left < 0) throw new RangeError(`only ${left + pieces} of ${article}`);
    this.#pieces.set(article, left);
    return left;
  }
}

handlersFor(StockProducer).all(Stock, {
  rpc_reserve({ parameters: { article, pieces } }) {
    return this.take(article, pieces);
  },
});
