// One component of a chain, whose clock is wrong: chain-link.ts <url> <queue> <next> <work ms> <skew ms>. It works, then it calls the next one.
import { setTimeout as sleep } from 'node:timers/promises';

const [url, queue = '', next = '', workMs, skewMs] = process.argv.slice(2);

// Before anything of Waybill is loaded: all clocks that tell the time of day.
const skew = Number(skewMs);
const { now } = Date;
Date.now = () => now() + skew;
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + skew });

const { Exchange, GenericProducer, MessageProcessor, RpcCommand } = await import('waybill');

class Next extends GenericProducer {
  static override readonly eks = [[Exchange, next]] as const;

  build_rpc_work() {
    return new RpcCommand('work');
  }
}

const onward = await Next.connect({ url });

class Link extends MessageProcessor {
  static override readonly eqks = [[Exchange, [[queue, queue]]]] as const;
}

Link.handle(
  'command',
  'work',
  async () => {
    await sleep(Number(workMs));
    return (await onward.rpc_work()).unwrap();
  },
  { category: 'rpc' },
);

await new Link({ url }).start();
console.log('serving');
