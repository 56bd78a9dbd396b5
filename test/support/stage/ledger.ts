import { Exchange, GenericProducer, MessageEvent } from 'waybill';
import { uniqueName } from '../broker.js';

/** What is paid. */
export interface Payment {
  readonly order: string;
  readonly cents: number;
}

/** A topic exchange that nobody else uses. */
export function newTopic(): typeof Exchange {
  const exchangeName = uniqueName('ledger');
  return class Topic extends Exchange {
    static override readonly exchangeName = exchangeName;
    static override readonly exchangeType = 'topic';
  };
}

/** Tells what has happened to orders. */
export class Ledger extends GenericProducer {
  build_event_paid(payment: Payment) {
    return new MessageEvent('paid', payment, `order.${payment.order}.paid`);
  }

  build_event_cancelled(order: string) {
    return new MessageEvent('cancelled', { order }, `order.${order}.cancelled`);
  }

  build_event_closed() {
    return new MessageEvent('closed');
  }
}

/** That tells it at this exchange. */
export function ledgerAt(exchange: typeof Exchange): typeof Ledger {
  return class LedgerAt extends Ledger {
    static override readonly eks = [[exchange, 'unused']] as const;
  };
}
