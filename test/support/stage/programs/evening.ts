// The shop of an operator's evening: `desk` takes orders, `till` sends them. What they do wrong, their arguments say.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Content,
  Exchange,
  GenericProducer,
  type HandlerContext,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
} from 'waybill';

const [url, role, keys, count = '0'] = process.argv.slice(2);

class Shop extends Exchange {
  static override readonly exchangeName = 'shop';
}

interface Order {
  readonly article: string;
  readonly pieces?: number;
  readonly count?: number;
}

class Desk extends MessageProcessor {
  static override readonly eqks = [[Shop, [['orders', 'orders']]]] as const;
  static override readonly concurrency = 2;

  @MessageHandler('command', 'order')
  async order({ parameters: { article, pieces } }: Content<Order>, context: HandlerContext) {
    // A supplier that never answers; whoever waits for it heeds its signal.
    if (article === 'slow') await sleep(3_600_000, undefined, { signal: context.signal });
    if (pieces === undefined) throw new RangeError(`how many ${article}?`);
  }
}

class Till extends GenericProducer {
  static override readonly eks = [[Shop, 'orders']] as const;
  build_message_order(order: Order) {
    return new MessageCommand('order', order);
  }
}

if (role === 'desk') {
  await new Desk({ url, network: { joinAfterMs: 0, ...(keys && { keys }) } }).start();
  console.log('ready');
} else {
  const till = await Till.connect({ url, fingerprint: { name: 'Till', version: role } });
  if (role === '2') for (const _ of [1, 2]) await till.message_order({ article: 'slow', pieces: 1 });
  // What version 1 calls `count` is `pieces` since version 2.
  for (let at = 0; at < Number(count); at++)
    await till.message_order(role === '1' ? { article: 'mug', count: 3 } : { article: 'mug', pieces: 3 });
  await till.close();
}
