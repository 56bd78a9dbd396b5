// A message that failed is copied to be tried again, and the copy comes before the broker has confirmed that it has it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Exchange, GenericProducer, MessageCommand, MessageProcessor } from 'waybill';
import { TestBroker } from 'waybill/testing';
import { recordingLog } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

class Failing extends MessageProcessor {
  static override readonly eqks = [[Exchange, [['jobs', 'jobs']]]] as const;
  static override readonly retry = { attempts: 3, delayMs: 20, factor: 1 };
  readonly runs: number[] = [];
}
Failing.handle('command', 'job', function (_, { attempt }) {
  this.runs.push(attempt);
  throw new Error('it always fails');
});

class Sender extends GenericProducer {
  static override readonly eks = [[Exchange, 'jobs']] as const;
}

describe('the copy of a failed message that comes before it is confirmed', () => {
  it('waits, so that a loss of the connection makes no run of either a second time', async (t) => {
    const broker = await TestBroker.start();
    t.after(() => broker.close());
    const failing = new Failing({ url: broker.url, logger: recordingLog() });
    t.after(() => failing.close());
    await failing.start();
    const sender = await Sender.connect({ url: broker.url });
    t.after(() => sender.close());
    broker.dropNextConfirm({ routingKey: 'jobs.retry.20' });
    await sender.send(new MessageCommand('job', 1));
    await until(() => broker.delivered.length === 2, { what: 'message and copy are here' });
    assert.deepEqual(failing.runs, [1]);
    await broker.cut();
    await until(() => broker.queue('jobs.failed')?.messages.length === 1, { what: 'it is parked' });
    await broker.idle();
    await failing.drain();
    assert.deepEqual(failing.runs, [1, 2, 3]);
    assert.deepEqual(
      ['jobs', 'jobs.retry.20', 'jobs.failed'].map((name) => broker.queue(name)?.messages.length),
      [0, 0, 1],
    );
  });
});
