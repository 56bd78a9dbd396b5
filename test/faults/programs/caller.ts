// Calls once and waits: caller.ts <url> <queue> <parameters>. It is there to be killed.
import { Exchange, GenericProducer, RpcCommand } from 'waybill';

const [url, queue = '', parameters] = process.argv.slice(2);

class Caller extends GenericProducer {
  static override readonly eks = [[Exchange, queue]] as const;

  build_rpc_work(given: unknown) {
    return new RpcCommand('work', given);
  }
}

const caller = await Caller.connect({ url });
const call = caller.with({ timeoutMs: 120_000 }).rpc_work(parameters);
console.log('calling');
await call;
