import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Content,
  GenericProducer,
  Handler,
  type HandlerContext,
  isWaybillError,
  MessageCommand,
  MessageHandler,
  MessageProcessor,
  RpcCommand,
  RpcHandler,
} from 'waybill';
import { command, peer, rpc } from '../../support/stage/envelopes.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { until } from '../../support/until.js';

class Asking extends GenericProducer {
  build_message_note() {
    return new MessageCommand('note');
  }

  build_rpc_wait() {
    return new RpcCommand<string>('wait');
  }
}

/** Keeps the contexts it is given; a call waits until its signal is aborted. */
class Contexts extends MessageProcessor {
  readonly contexts: HandlerContext[] = [];
  readonly aborted: unknown[] = [];
  readonly notAborted: boolean[] = [];

  @MessageHandler('command', 'note')
  note(_content: Content, context: HandlerContext) {
    this.contexts.push(context);
  }

  @MessageHandler('command', 'class')
  static readonly ByClass = class extends Handler<Content, Contexts> {
    call() {
      this.processor.contexts.push(this.context);
    }
  };

  @RpcHandler('command', 'wait')
  async wait(_content: Content, _reply: unknown, context: HandlerContext) {
    this.contexts.push(context);
    this.notAborted.push(!context.signal.aborted);
    await until(() => context.signal.aborted, { what: 'the signal is aborted' });
    this.aborted.push(context.signal.reason);
    return 'too late';
  }

  @RpcHandler('command', 'first attempt too late')
  async firstTooLate(_content: Content, _reply: unknown, { attempt }: HandlerContext) {
    return `answered attempt ${attempt}`;
  }
}

describe('the context of a handler', () => {
  const stage = useStage();

  it('tells who sent the message, its id, its queue, its body, and its processor', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Contexts, place);
    await place.command('note', 'sent', { messageId: 'the id' });
    await waitForLength(processor.contexts, 1);
    const [context] = processor.contexts;
    assert.ok(context);
    const { fingerprint, messageId, queue, body, redelivered, attempt, deadline } = context;
    assert.deepEqual(fingerprint, peer);
    assert.equal(messageId, 'the id');
    assert.equal(queue, place.queue);
    assert.deepEqual(body, command('note', 'sent'));
    assert.equal(context.processor, processor);
    assert.deepEqual([redelivered, attempt, deadline], [false, 1, undefined]);
    assert.equal(context.signal.aborted, false);
  });

  it('has no message id where the sender gives none, as Python does', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Contexts, place);
    await place.command('note');
    await waitForLength(processor.contexts, 1);
    assert.equal(processor.contexts[0]?.messageId, undefined);
  });

  it('is given to Handler classes, too, and each message of a producer has an id of its own', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Contexts, place);
    const producer = (await stage.connect(t, Asking, { fingerprint: { name: 'asker' } })).with({
      eks: place.eks,
    });
    await producer.message_note();
    await producer.message_note();
    await producer.command('class');
    await waitForLength(processor.contexts, 3);
    assert.deepEqual(
      processor.contexts.map(({ fingerprint }) => fingerprint['name']),
      ['asker', 'asker', 'asker'],
    );
    const ids = processor.contexts.map(({ messageId }) => messageId);
    for (const id of ids) assert.match(String(id), /^[\w-]{11}\.[0-9a-z]{6}$/);
    assert.equal(new Set(ids).size, 3);
  });

  it('says `redelivered` of a message that another consumer has had and not settled', async (t) => {
    const place = await stage.place();
    await place.command('note');
    await stage.side.onChannel(async (channel) => {
      const taken = await channel.get(place.queue);
      assert.ok(taken);
      channel.reject(taken, true);
    });
    const { processor } = await stage.start(t, Contexts, place);
    await waitForLength(processor.contexts, 1);
    await place.command('note');
    await waitForLength(processor.contexts, 2);
    assert.deepEqual(
      processor.contexts.map(({ redelivered }) => redelivered),
      [true, false],
    );
  });

  it('has the deadline of a call, and a signal that is aborted when it has passed', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Contexts, place);
    const producer = (await stage.connect(t, Asking)).with({ eks: place.eks, timeoutMs: 250, maxRetry: 0 });
    const before = Date.now();
    const answer = await producer.rpc_wait();
    assert.equal(answer.ok, false);
    await waitForLength(processor.aborted, 1);
    const [context] = processor.contexts;
    assert.ok(context?.deadline);
    assert.ok(context.deadline >= before + 250, 'the deadline lies before the end of the caller’s patience');
    assert.ok(context.deadline <= Date.now() + 250);
    assert.deepEqual(processor.notAborted, [true]);
    assert.ok(isWaybillError(processor.aborted[0], 'TIMEOUT'));
  });

  it('has the deadline of all attempts together, since a late answer still serves the next one', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Contexts, place);
    const producer = (await stage.connect(t, Asking)).with({
      eks: place.eks,
      timeoutMs: 300_000,
      maxRetry: 4,
    });
    const giveUp = new AbortController();
    const pending = producer.with({ signal: giveUp.signal }).rpc_wait();
    await waitForLength(processor.contexts, 1);
    const left = (processor.contexts[0]?.deadline ?? 0) - Date.now();
    assert.ok(left > 290_000 && left <= 300_000, `${left} ms are left`);
    giveUp.abort();
    await pending;
    await processor.close();
  });

  it('counts the attempts of a call', async (t) => {
    const place = await stage.place();
    const producer = (await stage.connect(t, Asking)).with({
      eks: place.eks,
      timeoutMs: 10_200,
      attemptTimeoutMs: 200,
      maxRetry: 50,
    });
    const pending = producer.rpc<string>('first attempt too late');
    // Nobody is there for the first attempt, and RabbitMQ drops it when its time has come.
    await stage.side.waitForMessage(`${place.queue}.dead`);
    await stage.start(t, Contexts, place);
    const value = (await pending).unwrap();
    assert.match(value, /^answered attempt ([2-9]|\d\d)$/);
  });

  it('takes the life time of a message for its deadline, where nobody told another one', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Contexts, place);
    const before = Date.now();
    await place.callWith(rpc('wait'), { expiration: 100 });
    await waitForLength(processor.aborted, 1);
    const { deadline = 0 } = processor.contexts[0] ?? {};
    assert.ok(deadline >= before + 100 && deadline <= Date.now() + 100);
  });

  it('is aborted when the processor closes without waiting', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Contexts, place);
    await place.call('wait');
    await waitForLength(processor.contexts, 1);
    await processor.close();
    await waitForLength(processor.aborted, 1);
    assert.ok(isWaybillError(processor.aborted[0], 'CONNECTION_LOST'));
    assert.deepEqual(await place.fates(), { kept: 1, rejected: 0 });
  });

  for (const told of [1e12, 1e300, 'soon', null, [], {}, true]) {
    it(`is not disturbed by a caller that sends ${JSON.stringify(told)} as its deadline`, async (t) => {
      const warnings: Error[] = [];
      const onWarning = (warning: Error): void => void warnings.push(warning);
      process.on('warning', onWarning);
      t.after(() => void process.off('warning', onWarning));
      const place = await stage.place();
      const { processor } = await stage.start(t, Contexts, place);
      await place.callWith(rpc('wait'), { headers: { 'x-waybill-deadline': told } });
      await waitForLength(processor.notAborted, 1);
      await processor.close();
      await waitForLength(processor.aborted, 1);
      assert.deepEqual(warnings, []);
    });
  }
});
