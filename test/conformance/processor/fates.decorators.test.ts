import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AckAndRestart,
  type Content,
  ExitScheduler,
  MessageHandler,
  MessageProcessor,
  RejectMessage,
  ThreadDone,
} from 'waybill';
import { command } from '../../support/stage/envelopes.js';
import { allAcked } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';

/** What the handler of `fail` throws, by the parameter it gets. */
const throwables: Readonly<Record<string, unknown>> = {
  error: new Error('it broke'),
  text: 'only a text',
  nothing: undefined,
  object: { code: 'REJECT' },
};

/** Fails as it is told, and notes what came after. */
class Failing extends MessageProcessor {
  readonly seen: unknown[] = [];
  restarts = 0;

  @MessageHandler('command', 'fail')
  fail({ parameters }: Content<string>) {
    this.seen.push(parameters);
    throw throwables[parameters];
  }

  @MessageHandler('command', 'fail')
  afterFailure() {
    this.seen.push('the second handler');
  }

  @MessageHandler('command', 'fail later')
  async failLater() {
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error('it broke later');
  }

  @MessageHandler('command', 'refuse')
  refuse(): never {
    throw new RejectMessage('not for us');
  }

  @MessageHandler('command', 'restart now')
  restartNow(): never {
    throw new AckAndRestart();
  }

  @MessageHandler('command', 'exit')
  exit(): never {
    throw new ExitScheduler();
  }

  @MessageHandler('command', 'done')
  done(): never {
    throw new ThreadDone();
  }

  @MessageHandler('command', 'next')
  next() {
    this.seen.push('next');
  }

  override async restart() {
    this.restarts += 1;
  }
}

describe('how a message is settled', () => {
  const stage = useStage();

  for (const what of Object.keys(throwables)) {
    it(`P-C30: a handler that throws (${what}): rejected, no other handler runs, the next message does`, async (t) => {
      const place = await stage.place();
      const { processor, log } = await stage.start(t, Failing, place);
      await place.command('fail', what);
      await place.command('next');
      await waitForLength(processor.seen, 2);
      await processor.drain();
      assert.deepEqual(processor.seen, [what, 'next']);
      assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
      const { reason, content } = await place.takeRejected();
      assert.equal(reason, 'rejected');
      assert.deepEqual(JSON.parse(content.toString()), command('fail', what));
      assert.equal(log.errors.length, 1);
      assert.match(log.errors[0] ?? '', /Failing: .*fail.* failed on .*\(message, command, fail\)/);
    });
  }

  it('P-C30: a handler whose promise rejects', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Failing, place);
    await place.command('fail later');
    await place.command('next');
    await waitForLength(processor.seen, 1);
    await processor.drain();
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
    assert.match(log.errors.join(), /it broke later/);
  });

  it('P-C31: RejectMessage rejects, and no error is logged', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Failing, place);
    await place.command('refuse');
    await place.command('next');
    await waitForLength(processor.seen, 1);
    await processor.drain();
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
    assert.deepEqual([...log.errors, ...log.warnings], []);
  });

  it('AckAndRestart acks and calls restart() once', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Failing, place);
    await place.command('restart now');
    await place.command('next');
    await waitForLength(processor.seen, 1);
    await processor.drain();
    assert.equal(processor.restarts, 1);
    assert.deepEqual(await place.fates(), allAcked);
    assert.deepEqual(log.errors, []);
  });

  it('ExitScheduler acks, leaves what is behind it in the queue, and goes out of step()', async (t) => {
    const place = await stage.place();
    await place.command('exit');
    await place.command('next');
    const { processor, log } = await stage.start(t, Failing, place);
    await assert.rejects(processor.step(), ExitScheduler);
    await processor.drain();
    assert.deepEqual(processor.seen, []);
    assert.deepEqual(await place.fates(), { kept: 1, rejected: 0 });
    assert.deepEqual(log.errors, []);
  });

  it('ThreadDone acks and ends this processor, not the scheduler', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Failing, place);
    await place.command('done');
    await assert.rejects(processor.step(), ThreadDone);
    await processor.drain();
    assert.deepEqual(await place.fates(), allAcked);
    assert.deepEqual(log.errors, []);
  });

  const valid = command('next');
  const unreadable: Readonly<Record<string, unknown>> = {
    'text that is no JSON': 'not json',
    'bytes that are no UTF-8': Buffer.from([0xff, 0xfe]),
    'no bytes at all': Buffer.alloc(0),
    'an array': '[1,2]',
    'an empty object': '{}',
    null: 'null',
    'a number': '1',
    'NaN, as Python writes it': '{"type":"command","name":"next","category":"message","content":{"v":NaN}}',
    'no category': { ...valid, category: undefined },
    'no type': { ...valid, type: undefined },
    'no name': { ...valid, name: undefined },
    'no content': { ...valid, content: undefined },
    'a type that is a number': { ...valid, type: 1 },
    'a name that is a list': { ...valid, name: ['next'] },
    'a content that is a text': { ...valid, content: 'text' },
  };

  for (const [what, body] of Object.entries(unreadable)) {
    it(`P-C35: a body that is ${what}: rejected as it came, and the processor goes on`, async (t) => {
      const place = await stage.place();
      const { processor, log } = await stage.start(t, Failing, place);
      await place.send(body);
      await place.command('next');
      await waitForLength(processor.seen, 1);
      await processor.drain();
      assert.deepEqual(processor.seen, ['next']);
      assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
      assert.equal(log.errors.length, 1);
      assert.match(log.errors[0] ?? '', /unreadable message from queue/);
    });
  }
});
