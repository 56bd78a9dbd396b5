import { handlersFor, MessageProcessor } from 'waybill';
import { OrderEvents, ShopEvents } from './facilities.js';

// One queue for each service, by its name: each of them gets every event, and its instances share the work.
export class Mail extends MessageProcessor {
  static override readonly eqks = [[ShopEvents, [['mail', 'order.*']]]] as const;
}

export class Audit extends MessageProcessor {
  static override readonly eqks = [[ShopEvents, [['audit', '#']]]] as const;
}

handlersFor(OrderEvents).all(Mail, {
  message_order_placed({ parameters: { id } }) {
    console.log(`mail: your order ${id} is on its way`);
  },
});
handlersFor(OrderEvents).all(Audit, {
  message_order_placed({ parameters: { id } }, { fingerprint }) {
    console.log(`audit: order ${id}, by ${fingerprint['name']}`);
  },
});
