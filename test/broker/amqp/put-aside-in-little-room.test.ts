// Messages that failed, where there is little room for what we know of them: in a frame, or in a name.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Content, Exchange, MessageProcessor } from 'waybill';
import { DevBroker } from 'waybill/devbroker';
import { FailedQueue } from '../../../src/amqp/index.js';
import { sideChannel, uniqueName } from '../../support/broker.js';
import { command } from '../../support/stage/envelopes.js';
import { recordingLog, useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';
import { ownLink } from './fixture.js';

class Failing extends MessageProcessor {
  static override readonly retry = { attempts: 2, delayMs: 20 };
  readonly seen: unknown[] = [];
}
Failing.handle('command', 'fail', function ({ parameters }: Content) {
  this.seen.push(parameters);
  throw new Error('it always fails, für immer '.repeat(400));
});

describe('a message that failed', () => {
  const stage = useStage();

  async function start(t: TestContext, url: string, queue: string): Promise<Failing> {
    const processor = new Failing({ url, logger: recordingLog(), eqks: [[Exchange, [[queue, queue]]]] });
    t.after(() => processor.close());
    await processor.start();
    return processor;
  }

  it('T-B8: is parked with a shorter dossier where frames are small', async (t) => {
    const broker = await DevBroker.start({ port: 0, frameMax: 8_192 });
    t.after(() => broker.close());
    const processor = await start(t, broker.url, 'queue');
    const side = await sideChannel(t, broker.url);
    await side.publish('', 'queue', JSON.stringify(command('fail')), { messageId: 'it' });
    const { properties } = await side.waitForMessage('queue.failed');
    const { attempts, message, stack, component } = properties.headers?.['x-waybill-dossier'] ?? {};
    assert.deepEqual([attempts, message.length, stack], [2, 300, undefined]);
    assert.equal(component.name, processor.fingerprint.name);
    await processor.drain();
    assert.equal(processor.seen.length, 2);
  });

  it('T-B8: is tried again and parked though the name of its queue is as long as AMQP allows', async (t) => {
    const name = uniqueName('long');
    const queue = name.padEnd(255, '.');
    const processor = await start(t, stage.url, queue);
    await stage.side.publish('', queue, JSON.stringify(command('fail')), { messageId: 'it' });
    await waitForLength(processor.seen, 2);
    const failed = new FailedQueue(ownLink(t, stage.url), queue);
    const parked = await until(async () => (await failed.list())[0], { what: 'it is parked' });
    assert.deepEqual([parked.id, parked.dossier?.attempts], ['it', 2]);
    await processor.drain();
    assert.equal(await stage.side.depth(queue), 0);
  });
});
