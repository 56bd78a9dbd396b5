import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Content, type HandlerContext, MessageProcessor } from 'waybill';
import { rpc } from '../../support/stage/envelopes.js';
import { allAcked } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

/** Fails as many times as the message says. */
class Flaky extends MessageProcessor {
  static override readonly retry = { attempts: 3, delayMs: 100 };
  readonly seen: unknown[] = [];
  readonly ids: unknown[] = [];
  readonly attempts: number[] = [];
}
const failures = new Map<string, number>();
Flaky.handle(
  'command',
  'flaky',
  function ({ parameters }: Content<Flakiness>, { messageId, attempt }: HandlerContext) {
    const { what, times } = parameters;
    const failed = failures.get(what) ?? 0;
    this.seen.push(`${what} ${failed + 1}`);
    this.ids.push(messageId);
    this.attempts.push(attempt);
    if (failed >= times) return;
    failures.set(what, failed + 1);
    throw new Error(`not yet: ${what}`);
  },
);
Flaky.handle('command', 'good', function ({ parameters }: Content) {
  this.seen.push(parameters);
});
Flaky.handle(
  'command',
  'flaky',
  function () {
    this.seen.push('call');
    throw new Error('the call failed');
  },
  { category: 'rpc' },
);

interface Flakiness {
  readonly what: string;
  readonly times: number;
}

class Patient extends Flaky {
  static override readonly retry = { attempts: 3, delayMs: 1_500 };
}

describe('a message that is tried again', () => {
  const stage = useStage();

  it('runs again after a delay until it succeeds; other messages do not wait for it', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Flaky, place);
    await place.command('flaky', { what: 'heals', times: 2 }, { messageId: 'the id' });
    await place.command('good', 'one');
    await place.command('good', 'two');
    await waitForLength(processor.seen, 5);
    await processor.drain();
    assert.deepEqual(processor.seen, ['heals 1', 'one', 'two', 'heals 2', 'heals 3']);
    assert.deepEqual(processor.ids, ['the id', 'the id', 'the id']);
    assert.deepEqual(processor.attempts, [1, 2, 3]);
    assert.deepEqual(await place.fates(), allAcked);
  });

  it('is given up after the last attempt: to the dead-letter exchange of its queue', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Flaky, place);
    await place.command('flaky', { what: 'never heals', times: 9 });
    await place.waitForRejected(1);
    await place.command('good', 'next');
    await waitForLength(processor.seen, 4);
    await processor.drain();
    assert.deepEqual(processor.seen, ['never heals 1', 'never heals 2', 'never heals 3', 'next']);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
  });

  it('H-E7: runs all its handlers again, those that succeeded too', async (t) => {
    class Both extends MessageProcessor {
      static override readonly retry = { attempts: 3, delayMs: 10 };
      readonly seen: string[] = [];
    }
    Both.handle('command', 'sold', function (_: Content, { attempt }: HandlerContext) {
      this.seen.push(`mail ${attempt}`);
    });
    Both.handle('command', 'sold', function (_: Content, { attempt }: HandlerContext) {
      this.seen.push(`bill ${attempt}`);
      if (attempt < 3) throw new Error('no paper');
    });
    const place = await stage.place();
    const { processor } = await stage.start(t, Both, place);
    await place.command('sold');
    await waitForLength(processor.seen, 6);
    assert.deepEqual(processor.seen, ['mail 1', 'bill 1', 'mail 2', 'bill 2', 'mail 3', 'bill 3']);
  });

  it('is not tried again where that cannot help, as it is unreadable', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Flaky, place);
    await place.send('not json');
    await place.waitForRejected(1);
    await processor.drain();
    assert.equal(log.errors.length, 1);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
  });

  it('is never a call: a call that fails is answered at once, and runs once', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Flaky, place);
    const replies = await place.callWith(rpc('flaky'));
    assert.equal((await replies.next()).content.message, 'the call failed');
    await place.command('good', 'next');
    await waitForLength(processor.seen, 2);
    await processor.drain();
    assert.deepEqual(processor.seen, ['call', 'next']);
    assert.equal(await replies.count(), 0);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
  });

  it('waits at the broker: a processor that drains meanwhile loses nothing, and the next one runs the message', async (t) => {
    const place = await stage.place();
    const first = await stage.start(t, Patient, place);
    await place.command('flaky', { what: 'moves', times: 1 });
    await until(async () => (await stage.side.look(`${place.queue}.retry.1500`))?.messages === 1, {
      what: 'the message rests',
    });
    await first.processor.drain();
    const second = await stage.start(t, Patient, place);
    await waitForLength(second.processor.seen, 1);
    await second.processor.drain();
    assert.deepEqual([...first.processor.seen, ...second.processor.seen], ['moves 1', 'moves 2']);
    assert.deepEqual(await place.fates(), allAcked);
  });

  for (const told of [-3, 0, 'text', 1.5, { a: 1 }, [9]]) {
    it(`is not counted as failed because its sender says so: ${JSON.stringify(told)} times`, async (t) => {
      const what = `lies ${JSON.stringify(told)}`;
      const place = await stage.place();
      const { processor } = await stage.start(t, Flaky, place);
      await place.command('flaky', { what, times: 9 }, { headers: { 'x-waybill-failures': told } });
      await place.waitForRejected(1);
      await processor.drain();
      assert.deepEqual(processor.seen, [`${what} 1`, `${what} 2`, `${what} 3`]);
    });
  }
});
