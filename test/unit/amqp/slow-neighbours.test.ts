// What waits behind a slow handler for longer than the broker waits for acks, on the embedded broker as each version of RabbitMQ.
// RabbitMQ itself is asked in test/faults/slow-handlers.test.ts.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Content, Exchange, GenericProducer, MessageCommand, MessageProcessor } from 'waybill';
import { TestBroker } from 'waybill/testing';
import { recordingLog } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

const COUNT = 12;

class Jobs extends Exchange {
  static override readonly exchangeName = 'jobs';
}

class Sender extends GenericProducer {
  static override readonly eks = [[Jobs, 'job']] as const;

  build_message_job(number: number) {
    return new MessageCommand('job', { number });
  }
}

/** With the prefetch that it has by default, and a queue that gives up what came back twice. */
class Worker extends MessageProcessor {
  static override readonly eqks = [
    [
      Jobs,
      [[{ name: 'jobs', flags: { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 2 } } }, 'job']],
    ],
  ] as const;
  readonly runs = new Map<number, number>();
}
Worker.handle('command', 'job', async function ({ parameters: { number } }: Content<{ number: number }>) {
  this.runs.set(number, (this.runs.get(number) ?? 0) + 1);
  await new Promise((resolve) => setTimeout(resolve, 250));
});

describe('quick messages that wait behind each other for longer than the broker waits for acks', () => {
  for (const profile of ['3.10', '4.0', '4.3'] as const) {
    it(`T-A5: all run once, and none is given up: ${profile}`, async (t) => {
      const broker = await TestBroker.start({ profile, consumerTimeoutMs: 1_000 });
      t.after(() => broker.close());
      const own = { url: broker.url, logger: recordingLog() };
      const worker = new Worker(own);
      t.after(() => worker.close());
      await worker.start();
      const sender = await Sender.connect(own);
      t.after(() => sender.close());
      // Taken by the broker, or given back just before that: the broker looks from time to time, so it may take another round.
      const told = (): boolean =>
        own.logger.warnings.some((line) => /taken the message back|go back to the queue/.test(line));
      let sent = 0;
      for (let round = 0; round < 5 && !told(); round++) {
        for (const end = sent + COUNT; sent < end; sent++) await sender.message_job(sent);
        await until(() => worker.runs.size === sent, { what: 'all have run', limitMs: 15_000 });
      }
      await until(() => broker.queue('jobs')?.messages.length === 0, {
        what: 'all are acked',
        limitMs: 10_000,
      });
      assert.ok(told());
      assert.deepEqual([...worker.runs.values()], Array(sent).fill(1));
      assert.equal(broker.queue('jobs.failed'), undefined);
      assert.deepEqual(
        broker.died.map(({ reason }) => reason),
        [],
      );
    });
  }
});
