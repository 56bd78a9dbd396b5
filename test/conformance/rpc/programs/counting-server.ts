// Answers `echo` with the value and the number of the run: counting-server.ts <url> <exchange> <queue> <key>.
import { type Content, Exchange, MessageProcessor, RpcHandler } from 'waybill';

const [url, exchangeName = '', queue = '', key = ''] = process.argv.slice(2);

class Place extends Exchange {
  static override readonly exchangeName = exchangeName;
}

class CountingServer extends MessageProcessor {
  static override readonly eqks = [[Place, [[{ name: queue, flags: { passive: true } }, key]]]] as const;
  #runs = 0;

  @RpcHandler('command', 'echo')
  echo({ parameters }: Content<{ value: unknown }>) {
    return { value: parameters.value, run: ++this.#runs };
  }
}

await new CountingServer({ url }).start();
console.log('serving');
