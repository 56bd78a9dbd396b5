import { handlersFor, MessageProcessor } from 'waybill';
import { OrderEvents, ShopEvents } from './facilities.js';

// Each service gets every event that it wants, and its instances share the work. Their queues need no names.
export class Mail extends MessageProcessor {
  static override readonly subscriptions = [{ exchange: ShopEvents, patterns: ['order.*.placed'] }] as const;
}

export class Audit extends MessageProcessor {
  static override readonly subscriptions = [{ exchange: ShopEvents, patterns: ['#'] }] as const;
}

handlersFor(OrderEvents).all(Mail, {
  event_placed({ parameters: { id } }) {
    console.log(`mail: your order ${id} is on its way`);
  },
});
handlersFor(OrderEvents).all(Audit, {
  event_placed({ parameters: { id } }, { fingerprint }) {
    console.log(`audit: order ${id}, by ${fingerprint['name']}`);
  },
});
