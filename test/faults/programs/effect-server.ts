// Answers `count` with its number: effect-server.ts <url> <exchange> <queue> <notes>. Each run is written down before it
// works on: that is an effect which a kill does not take away, and which a second run adds to.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Content,
  Exchange,
  type HandlerContext,
  MessageProcessor,
  RpcHandler,
  silentLogger,
} from 'waybill';

const [url, exchangeName, queue, notes] = process.argv.slice(2) as [string, string, string, string];

class Calls extends Exchange {
  static override readonly exchangeName = exchangeName;
}

class EffectServer extends MessageProcessor {
  static override readonly eqks = [[Calls, [[queue, 'key']]]] as const;
  static override readonly concurrency = 16;

  @RpcHandler('command', 'count')
  async count(
    { parameters: { number, restMs } }: Content<{ number: number; restMs: number }>,
    _reply: unknown,
    { redelivered }: HandlerContext,
  ): Promise<number> {
    appendFileSync(notes, `${process.pid} ${number} ${redelivered}\n`);
    await sleep(restMs);
    return number;
  }
}

await new EffectServer({ url, logger: silentLogger, heartbeatSeconds: 1 }).start();
console.log('serves');
