// Messages that failed: what goes along with them, and when the queues for them are deleted by somebody.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type Content, Exchange, type HandlerContext, MessageProcessor } from 'waybill';
import { uniqueName } from '../../support/broker.js';
import { command } from '../../support/stage/envelopes.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';

class Failing extends MessageProcessor {
  static override readonly retry = { attempts: 2, delayMs: 30 };
  readonly seen: unknown[] = [];
  /** Where it has died, as the broker tells each run. */
  readonly deaths: unknown[] = [];
}
Failing.handle('command', 'fail', function ({ parameters }: Content, { headers }: HandlerContext) {
  this.seen.push(parameters);
  const deaths = (headers['x-death'] ?? []) as readonly { readonly queue: string }[];
  this.deaths.push(deaths.map(({ queue }) => queue));
  throw new Error('it always fails');
});

describe('a message that failed', () => {
  const stage = useStage();

  async function given(t: TestContext) {
    const queue = uniqueName('queue');
    const { processor, log } = await stage.start(t, Failing, { eqks: [[Exchange, [[queue, queue]]]] });
    const fail = async (what: string, to = queue): Promise<void> => {
      await stage.side.publish('', to, JSON.stringify(command('fail', what)), { messageId: what });
    };
    return { queue, processor, log, fail };
  }

  for (const which of ['failed', 'retry.30'] as const) {
    it(`is tried again and parked though the .${which} queue was deleted after an earlier message`, async (t) => {
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

  it("is retried without the broker's own headers, so that x-death tells of the last death only", async (t) => {
    const { queue, processor, fail } = await given(t);
    await stage.side.onChannel(async (channel) => {
      const deadLetter = { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': queue };
      await channel.assertQueue(`${queue}.before`, { arguments: { ...deadLetter, 'x-message-ttl': 1 } });
    });
    await fail('one', `${queue}.before`);
    const { properties } = await stage.side.waitForMessage(`${queue}.failed`);
    await processor.drain();
    assert.deepEqual(processor.deaths, [[`${queue}.before`], [`${queue}.retry.30`]]);
    const names = Object.keys(properties.headers ?? {});
    assert.deepEqual(
      names.filter((name) => !name.startsWith('x-waybill-')),
      [],
    );
  });
});
