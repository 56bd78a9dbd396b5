import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Content, type Eqks, Exchange, MessageProcessor, silentLogger } from 'waybill';
import { suiteOwner, uniqueName } from '../support/broker.js';
import { command } from '../support/stage/envelopes.js';
import { extendLimit } from '../support/test-limit.js';
import { until } from '../support/until.js';
import { BrokerUnderFaults } from './broker-under-faults.js';
import { Chance } from './chance.js';
import { FaultPlan } from './fault-plan.js';
import { sized } from './sizes.js';

const total = sized(20_000, 4_000);

/** Notes which messages run, and tells when one runs twice at the same time. */
class Counting extends MessageProcessor {
  static override readonly concurrency = 8;
  readonly runs = new Map<number, number>();
  readonly running = new Set<number>();
  readonly twiceAtOnce: number[] = [];
  handled = 0;
  onHandled: (handled: number) => void = () => {};
  restMs: () => number = () => 0;

  async work(number: number): Promise<void> {
    if (this.running.has(number)) this.twiceAtOnce.push(number);
    this.running.add(number);
    this.runs.set(number, (this.runs.get(number) ?? 0) + 1);
    await sleep(this.restMs());
    this.running.delete(number);
    this.onHandled(++this.handled);
  }
}
Counting.handle('command', 'count', function ({ parameters }: Content<number>) {
  return this.work(parameters);
});

describe('consuming', () => {
  const owner = suiteOwner();
  let broker: BrokerUnderFaults;
  before(async () => {
    broker = await BrokerUnderFaults.start(owner);
  });

  for (const type of sized(['classic', 'quorum'], ['classic'])) {
    it(`loses no message over cuts, a stall and crashes, and runs none twice at once: ${type} queue`, async (t) => {
      extendLimit(t, 300_000);
      const chance = Chance.for(t);
      const { eqks, queue } = await fill(type);
      const plan = new FaultPlan(chance, total, [
        ...Array.from({ length: sized(10, 4) }, () => broker.cut),
        broker.stall(4_000),
        ...Array.from({ length: sized(2, 1) }, () => broker.crash),
      ]);
      const counting = new Counting({ url: broker.url, eqks, logger: silentLogger, heartbeatSeconds: 1 });
      t.after(() => counting.close());
      // Some take longer than it takes to come back.
      counting.restMs = () => (chance.next() < 0.01 ? 800 : chance.between(0, 3));
      counting.onHandled = (handled) => plan.progressed(handled);
      await counting.start();
      await until(() => counting.runs.size === total, { what: 'all have come', limitMs: 240_000 });
      await plan.finished();
      const isOver = async (): Promise<boolean> => {
        return counting.running.size === 0 && (await broker.messagesIn(queue)) === 0;
      };
      await until(isOver, { what: 'nothing is left, and nothing is under way', limitMs: 30_000 });
      await counting.drain();
      const again = counting.handled - total;
      t.diagnostic(
        `${plan.summary}; ${counting.runs.size} of ${total} handled, ${again} times again, ${counting.twiceAtOnce.length} twice at once`,
      );
      assert.deepEqual(counting.twiceAtOnce, []);
    });
  }

  /** A queue full of numbers, all of them safe. */
  async function fill(type: string): Promise<{ eqks: Eqks; queue: string }> {
    const [exchangeName, queue] = [uniqueName('exchange'), uniqueName('queue')];
    class Numbers extends Exchange {
      static override readonly exchangeName = exchangeName;
    }
    const flags = { arguments: { 'x-queue-type': type } };
    const side = await broker.side();
    await side.onChannel(async (channel) => {
      await channel.assertQueue(queue, flags);
      for (let number = 0; number < total; number++) {
        const body = Buffer.from(JSON.stringify(command('count', number)));
        channel.sendToQueue(queue, body, { persistent: true, messageId: String(number) });
        if (number % 1_000 === 999) await channel.waitForConfirms();
      }
      await channel.waitForConfirms();
    });
    await side.close();
    await broker.node.sync();
    return { eqks: [[Numbers, [[{ name: queue, flags }, 'key']]]], queue };
  }
});
