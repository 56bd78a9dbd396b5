// Components that answer a call, some of them late.
import { setTimeout as sleep } from 'node:timers/promises';
import { Exchange, type HandlerContext, MessageProcessor, type Reply, RpcHandler } from 'waybill';

const [url, exchangeName = '', lateMs = '0', count = '1'] = process.argv.slice(2);
class Quotes extends Exchange {
  static override readonly exchangeName = exchangeName;
  static override readonly exchangeType = 'fanout';
}

class Quoter extends MessageProcessor {
  @RpcHandler('command', 'quote')
  async quote(_content: unknown, _reply: Reply<number>, context: HandlerContext) {
    context.signal.addEventListener('abort', () => console.log('told'));
    console.log('asked');
    await sleep(Number(lateMs), undefined, { signal: context.signal });
    return process.pid;
  }
}
for (let at = 0; at < Number(count); at++) {
  const flags = { exclusive: true, autoDelete: true, durable: false };
  const queue = { name: `${exchangeName}.${process.pid}.${at}`, flags };
  await new Quoter({ url, eqks: [[Quotes, [[queue, '']]]], network: { joinAfterMs: 0 } }).start();
}
console.log('ready');
