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
      for (let number = 0; number < COUNT; number++) await sender.message_job(number);
      await until(() => worker.runs.size === COUNT, { what: 'all have run', limitMs: 15_000 });
      await until(() => broker.queue('jobs')?.messages.length === 0, {
        what: 'all are acked',
        limitMs: 10_000,
      });
      // Taken by the broker, or given back just before that.
      const told = /taken the message back|go back to the queue/;
      assert.ok(own.logger.warnings.some((line) => told.test(line)));
      assert.deepEqual([...worker.runs.values()], Array(COUNT).fill(1));
      assert.equal(broker.queue('jobs.failed'), undefined);
      assert.deepEqual(
        broker.died.map(({ reason }) => reason),
        [],
      );
    });
  }
});
