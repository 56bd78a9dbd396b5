import { Exchange, type ExchangeClass } from 'waybill';
import { uniqueName } from '../broker.js';

/** A direct exchange that nobody else uses. */
export function newExchange(prefix = 'exchange'): ExchangeClass {
  const name = uniqueName(prefix);
  return class extends Exchange {
    static override readonly exchangeName = name;
  };
}
