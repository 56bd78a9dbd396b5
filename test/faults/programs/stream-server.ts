// Serves streams of rows until it is told to end: stream-server.ts <url> <queue> <bytes of an item>.
import { type Content, Exchange, MessageProcessor, RpcStreamHandler, silentLogger } from 'waybill';
import { watchMemory } from './memory.js';

const [url = '', queue = '', bytes] = process.argv.slice(2);
const text = 'x'.repeat(Number(bytes));
const counts = { begun: 0, ended: 0 };

class Rows extends MessageProcessor {
  static override readonly concurrency = 50;
  static override readonly eqks = [[Exchange, [[queue, queue]]]] as const;

  @RpcStreamHandler('command', 'rows')
  async *rows({ parameters: { count } }: Content<{ count: number }>) {
    counts.begun++;
    const memory = watchMemory(count);
    try {
      for (let at = 0; at < count; at++) {
        memory.step(at);
        yield { at, text };
      }
    } finally {
      counts.ended++;
      console.log(`memory ${memory.grownMb}`);
    }
  }
}

const rows = await new Rows({ url, logger: silentLogger, heartbeatSeconds: 1 }).start();
console.log('serving');
process.once('SIGTERM', async () => {
  await rows.drain();
  console.log(`begun ${counts.begun} ended ${counts.ended}`);
});
