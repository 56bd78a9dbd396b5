// A handler ends just before its message is late for the broker, and the ack is still on its way then.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Exchange, GenericProducer, MessageCommand, MessageProcessor } from 'waybill';
import { TestBroker } from 'waybill/testing';
import { recordingLog } from '../../support/stage/stage.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { until } from '../../support/until.js';

class Worker extends MessageProcessor {
  static override readonly eqks = [
    [Exchange, [[{ name: 'jobs', flags: { arguments: { 'x-queue-type': 'quorum' } } }, 'jobs']]],
  ] as const;
  readonly runs: unknown[] = [];
  onRun: () => void = () => {};
}
Worker.handle('command', 'job', function ({ parameters }: { readonly parameters: unknown }) {
  this.runs.push(parameters);
  this.onRun();
});

class Sender extends GenericProducer {
  static override readonly eks = [[Exchange, 'jobs']] as const;
}

describe('an ack that comes too late for the broker', () => {
  for (const profile of ['3.10', '4.0', '4.3'] as const) {
    it(`its message has run, and is not run again: ${profile}`, async (t) => {
      const broker = await TestBroker.start({ profile, consumerTimeoutMs: 1_000 });
      t.after(() => broker.close());
      const proxy = await TcpProxy.forUrl(broker.url);
      t.after(() => proxy.close());
      const worker = new Worker({ url: proxy.urlFor(broker.url), logger: recordingLog() });
      t.after(() => worker.close());
      await worker.start();
      const sender = await Sender.connect({ url: broker.url });
      t.after(() => sender.close());
      worker.onRun = () => proxy.stall();
      await sender.send(new MessageCommand('job', 'late'));
      await until(() => broker.queue('jobs')?.messages.length === 1, {
        what: 'the broker has taken it back',
        limitMs: 20_000,
      });
      worker.onRun = () => {};
      await proxy.pass();
      await sender.send(new MessageCommand('job', 'next'));
      await until(() => worker.runs.includes('next'), { what: 'the next one has run', limitMs: 20_000 });
      await worker.drain();
      assert.deepEqual(worker.runs, ['late', 'next']);
      assert.equal(broker.queue('jobs')?.messages.length, 0);
    });
  }
});
