// What the examples in doc comments import as './prices.js': a contract, and who answers. Desk runs while they do.
import {
  Exchange,
  GenericProducer,
  handlersFor,
  MessageCommand,
  MessageEvent,
  MessageProcessor,
  RpcCommand,
  RpcStreamCommand,
} from 'waybill';

export class Shop extends Exchange {
  static override readonly exchangeName = 'shop';
  static override readonly exchangeType = 'topic';
}

export class Prices extends GenericProducer {
  static override readonly eks = [[Shop, 'prices']] as const;

  build_rpc_price(article: string, pieces: number) {
    return new RpcCommand<number, { article: string; pieces: number }>('price', { article, pieces });
  }

  build_message_change(article: string, price: number) {
    return new MessageCommand('change', { article, price });
  }

  build_event_changed(article: string) {
    return new MessageEvent('changed', { article }, `price.${article}.changed`);
  }

  build_stream_history(article: string) {
    return new RpcStreamCommand<number, { article: string }>('history', { article });
  }
}

export class Desk extends MessageProcessor {
  static override readonly eqks = [[Shop, [['desk', 'prices']]]] as const;
}

handlersFor(Prices).all(Desk, {
  rpc_price({ parameters: { pieces } }) {
    if (pieces < 1) throw new RangeError('no pieces');
    return pieces * 0.85;
  },
  message_change: () => {},
  async *stream_history() {
    yield* [0.8, 0.85];
  },
});
