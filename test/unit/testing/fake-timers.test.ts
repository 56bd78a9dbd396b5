// Components and their broker under fake timers, as Vitest, Jest and node:test put them in place of Node's.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Exchange, MessageProcessor, type Reply } from 'waybill';
import { Connection } from 'waybill/channel';
import { TestBroker } from 'waybill/testing';
import { QueueProducer, QueueWorker } from 'waybill/workers';
import { callerOf } from '../../conformance/rpc/facilities.js';

class DeskExchange extends Exchange {
  static override readonly exchangeName = 'desk';
}

class Desk extends MessageProcessor {
  static override readonly eqks = [[DeskExchange, [['desk', 'key']]]] as const;
}
Desk.handle('command', 'ping', (_, reply: Reply<string>) => reply('pong'), { category: 'rpc' });

/** A message in this style and what became of it, from the first connection to the last. */
const styles: Readonly<Record<string, (url: string) => Promise<unknown>>> = {
  async messaging(url) {
    const desk = await new Desk({ url }).start();
    const producer = await callerOf([[DeskExchange, 'key']]).connect({ url });
    const answer = await producer.rpc_ping();
    await Promise.all([producer.close(), desk.close()]);
    return answer.unwrap();
  },
  async workers(url) {
    const worker = new QueueWorker<{ jobs: string }>({ url });
    const job = new Promise((resolve) => worker.route('jobs')(resolve));
    const stop = await worker.run();
    const producer = new QueueProducer<{ jobs: string }>({ url });
    await producer.publish('jobs', 'pong');
    const done = await job;
    await Promise.all([producer.close(), stop()]);
    return done;
  },
  async channel(url) {
    const connection = await Connection.open({ url });
    const channel = await connection.channel();
    const { queue } = await channel.queue.declare('', { exclusive: true });
    await channel.publish('pong', { routingKey: queue, mandatory: true });
    const got = await channel.get(queue);
    await connection.close();
    return got?.body;
  },
};

/** Immediates that never come, as where nobody lets time pass; gives how many were asked for. */
function fakeImmediates(t: TestContext): () => number {
  const fake = t.mock.method(globalThis, 'setImmediate', () => ({}));
  return () => fake.mock.callCount();
}

describe('fake timers', () => {
  for (const [style, run] of Object.entries(styles))
    it(`H-D3: hold up no message: ${style}`, async (t) => {
      const broker = await TestBroker.start();
      t.after(() => broker.close());
      const asked = fakeImmediates(t);
      assert.equal(await run(broker.url), 'pong');
      assert.equal(asked(), 0, 'nothing of ours asks for a fake');
    });
});
