import {
  type Connected,
  type Content,
  Exchange,
  GenericProducer,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
  type MessageProcessorOptions,
  RpcCommand,
  RpcHandler,
} from 'waybill';

/** What customers send. */
class Orders extends Exchange {
  static override readonly exchangeName = 'telemetry.orders';
}

/** What the services of the shop ask each other. */
class Inside extends Exchange {
  static override readonly exchangeName = 'telemetry.inside';
}

export interface Order {
  readonly item: string;
  readonly count: number;
}

/** A customer. */
export class Customer extends GenericProducer {
  static override readonly eks = [[Orders, 'new']] as const;

  build_message_order(order: Order) {
    return new MessageCommand('order', order);
  }
}

/** How one service asks another. */
export class Colleague extends GenericProducer {
  static override readonly eks = [[Inside, 'stock']] as const;

  build_rpc_take(order: Order) {
    return new RpcCommand<{ readonly left: number }, Order>('take', order);
  }

  build_message_ship(order: Order) {
    return new MessageCommand('ship', order);
  }
}

/** Takes orders: asks whether there is enough, and has them shipped. */
export class OrderDesk extends MessageProcessor {
  static override readonly eqks = [[Orders, [['telemetry.desk', 'new']]]] as const;
  static override readonly retry = { attempts: 2, delayMs: 50 };
  readonly #colleague: Connected<typeof Colleague>;

  constructor(options: MessageProcessorOptions, colleague: Connected<typeof Colleague>) {
    super(options);
    this.#colleague = colleague;
  }

  @MessageHandler('command', 'order')
  async order({ parameters: order }: Content<Order>) {
    (await this.#colleague.rpc_take(order)).unwrap();
    await this.#colleague.with({ key: 'shipping' }).message_ship(order);
  }
}

/** Knows what there is. */
export class Stock extends MessageProcessor {
  static override readonly eqks = [[Inside, [['telemetry.stock', 'stock']]]] as const;
  readonly #there = new Map([['teapot', 3]]);

  @RpcHandler('command', 'take')
  take({ parameters: { item, count } }: Content<Order>) {
    const left = (this.#there.get(item) ?? 0) - count;
    if (left < 0) throw new Error(`There are not enough of ${item}.`);
    this.#there.set(item, left);
    return { left };
  }
}

/** Sends them. */
export class Shipping extends MessageProcessor {
  static override readonly eqks = [[Inside, [['telemetry.shipping', 'shipping']]]] as const;

  @MessageHandler('command', 'ship')
  ship() {
    // Here a parcel would leave.
  }
}
