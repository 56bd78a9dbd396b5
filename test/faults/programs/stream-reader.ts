// Reads a stream of rows, slowly: stream-reader.ts <url> <queue> <count>.
import { setTimeout as sleep } from 'node:timers/promises';
import { Exchange, GenericProducer, RpcStreamCommand, silentLogger } from 'waybill';
import { watchMemory } from './memory.js';

const [url = '', queue = '', told] = process.argv.slice(2);
const count = Number(told);

class Reader extends GenericProducer {
  static override readonly eks = [[Exchange, queue]] as const;

  build_stream_rows() {
    return new RpcStreamCommand<{ at: number; text: string }>('rows', { count });
  }
}

const reader = await Reader.connect({ url, logger: silentLogger });
const memory = watchMemory(count);
let got = 0;
let bytes = 0;
for await (const { at, text } of reader.stream_rows()) {
  if (at !== got++) throw new Error(`item ${at} came in place of ${got - 1}`);
  bytes += text.length;
  memory.step(at);
  if (at === 0) console.log('reading');
  // Slower than whoever sends.
  if (at % 200 === 0) await sleep(1);
}
console.log(`read ${got} items, ${bytes} bytes; memory ${memory.grownMb}`);
await reader.close();
