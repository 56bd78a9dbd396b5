// Messages that failed, when the queues for them are deleted by somebody.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Content, Exchange, MessageProcessor } from 'waybill';
import { command } from '../../conformance/processor/envelopes.js';
import { useStage, waitForLength } from '../../conformance/processor/stage.js';
import { uniqueName } from '../../support/broker.js';

class Failing extends MessageProcessor {
  static override readonly retry = { attempts: 2, delayMs: 30 };
  readonly seen: unknown[] = [];
}
Failing.handle('command', 'fail', function ({ parameters }: Content) {
  this.seen.push(parameters);
  throw new Error('it always fails');
});

describe('a message that failed', () => {
  const stage = useStage();

  async function given(t: TestContext) {
    const queue = uniqueName('queue');
    const { processor, log } = await stage.start(t, Failing, { eqks: [[Exchange, [[queue, queue]]]] });
    const fail = async (what: string): Promise<void> => {
      await stage.side.publish('', queue, JSON.stringify(command('fail', what)), { messageId: what });
    };
    return { queue, processor, log, fail };
  }

  for (const which of ['failed', 'retry.30'] as const) {
    it(`is put aside though its .${which} queue was deleted since the last one`, async (t) => {
      const { queue, processor, log, fail } = await given(t);
      await fail('one');
      await stage.side.waitForDepth(`${queue}.failed`, 1);
      await stage.side.take(`${queue}.failed`);
      await stage.side.onChannel((channel) => channel.deleteQueue(`${queue}.${which}`));
      await fail('two');
      await waitForLength(processor.seen, 4);
      assert.equal((await stage.side.waitForMessage(`${queue}.failed`)).properties.messageId, 'two');
      await processor.drain();
      assert.deepEqual(processor.seen, ['one', 'one', 'two', 'two']);
      assert.ok(!log.errors.some((line) => line.includes('goes back')), log.errors.join('\n'));
      assert.equal(await stage.side.depth(queue), 0);
    });
  }
});
