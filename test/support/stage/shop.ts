import type { TestContext } from 'node:test';
import {
  type Content,
  Exchange,
  GenericProducer,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
} from 'waybill';
import type { Stage } from './stage.js';
import { recordingLog } from './stage.js';

/** What goes from one to the next. */
interface Order {
  readonly id: number;
  readonly sku: string;
}

type Send = (order: Order) => Promise<unknown>;

/** One that takes messages of a name and sends on what it has done. */
interface Station {
  readonly name: string;
  readonly takes: string;
  readonly sends?: readonly string[];
  /** Throws for what it cannot do. */
  readonly check?: (order: Order) => void | Promise<void>;
  readonly version?: string;
}

class OutOfStock extends Error {
  override readonly name: string = 'OutOfStock';
  readonly code: string = 'OUT_OF_STOCK';
}

class ShopExchange extends Exchange {
  static override readonly exchangeName = 'shop';
}

/** Orders of these are not to be had. */
export const missingSku = 'B-7';

/** Components that send to each other, each message in a queue of its name. */
export class Shop {
  readonly #t: TestContext;
  readonly #stage: Stage;
  /** One for all: who has another logger has connections of its own. */
  readonly #log = recordingLog();
  readonly #keys: string | undefined;
  #count = 0;
  /** Whether all is to be had. */
  isComplete = false;
  /** What the stock had. */
  readonly handled: Order[] = [];

  /** Throws for what is not there. */
  readonly inStock = (order: Order): void => {
    if (order.sku === missingSku && !this.isComplete) throw new OutOfStock(`Out of stock: ${order.sku}`);
    this.handled.push(order);
    if (this.handled.length > 1_000) this.handled.shift();
  };

  /** @param options the file of keys by which it knows operators, where it does. */
  constructor(t: TestContext, stage: Stage, { keys }: { readonly keys?: string | undefined } = {}) {
    this.#keys = keys;
    this.#t = t;
    this.#stage = stage;
  }

  /** Starts one. */
  async open({ name, takes, sends = [], check, version }: Station): Promise<void> {
    const next = await Promise.all(sends.map((message) => this.sender(name, message, version)));
    const handle = async ({ parameters: order }: Content<Order>): Promise<void> => {
      await check?.(order);
      for (const send of next) await send(order);
    };
    class Desk extends MessageProcessor {
      static override readonly eqks = [[ShopExchange, [[takes, takes]]]] as const;

      @MessageHandler('command', takes)
      async take(content: Content<Order>) {
        await handle(content);
      }
    }
    Object.defineProperty(Desk, 'name', { value: name });
    const { url } = this.#stage;
    const processor = new Desk({
      url,
      logger: this.#log,
      network: { joinAfterMs: 0, ...(this.#keys !== undefined && { keys: this.#keys }) },
    });
    this.#t.after(() => processor.close());
    await processor.start();
  }

  /** What sends messages of a name, as somebody. */
  async sender(name: string, message: string, version = '2.1.0'): Promise<Send> {
    class Sender extends GenericProducer {
      static override readonly eks = [[ShopExchange, message]] as const;

      // A builder is called by the name of its message.
      [`build_message_${message}`](order: Order) {
        return new MessageCommand(message, order);
      }
    }
    const sender = await this.#stage.connect(this.#t, Sender, { fingerprint: { name, version } });
    const send = (sender as unknown as Record<string, Send>)[`message_${message}`] as Send;
    return (order) => send.call(sender, order);
  }

  /** The next order. */
  order(sku: string = 'A-1'): Order {
    return { id: ++this.#count, sku };
  }

  /** A shop as others have it: two that only send, five that take, two of one of them. */
  async openAll(): Promise<void> {
    const pay = { name: 'Payments', takes: 'pay', sends: ['ship', 'bill'] };
    await this.open({ name: 'Orders', takes: 'order', sends: ['pay', 'reserve'] });
    await this.open({ ...pay });
    await this.open({ ...pay });
    await this.open({ name: 'Stock', takes: 'reserve', check: this.inStock });
    await this.open({ name: 'Shipping', takes: 'ship', sends: ['mail'] });
    await this.open({ name: 'Invoices', takes: 'bill', sends: ['mail'] });
    await this.open({ name: 'Mail', takes: 'mail' });
  }
}
