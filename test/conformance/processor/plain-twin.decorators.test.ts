import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Body,
  type Content,
  FilterError,
  Handler,
  type HandlerContext,
  MessageHandler,
  MessageProcessor,
  type Reply,
} from 'waybill';
import { allAcked } from '../../support/stage/place.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';

abstract class Noting extends MessageProcessor {
  readonly seen: unknown[] = [];
}

describe('MessageProcessor.handle, which does without decorators what they do', () => {
  const stage = useStage();

  it('takes functions: `this` is the processor, the context comes last', async (t) => {
    class Receiver extends Noting {}
    Receiver.handle('command', 'ping', function ({ parameters }: Content, context: HandlerContext) {
      this.seen.push([parameters, context.processor === this]);
    });
    const place = await stage.place();
    const { processor } = await stage.start(t, Receiver, place);
    await place.command('ping', 'sent');
    await waitForLength(processor.seen, 1);
    await processor.drain();
    assert.deepEqual(processor.seen, [['sent', true]]);
    assert.deepEqual(await place.fates(), allAcked);
  });

  it('takes Handler classes', async (t) => {
    class Receiver extends Noting {}
    class OnPing extends Handler<Content, Receiver> {
      call() {
        this.processor.seen.push([this.data.parameters, this.reply]);
      }
    }
    class AnswerPing extends Handler<Content, Receiver> {
      call() {
        return `Pong to ${this.data.parameters}`;
      }
    }
    Receiver.handle('command', 'ping', OnPing);
    Receiver.handle('command', 'ping', AnswerPing, { category: 'rpc' });
    const place = await stage.place();
    const { processor } = await stage.start(t, Receiver, place);
    await place.command('ping', 'a message');
    const replies = await place.call('ping', 'a call');
    assert.equal((await replies.next()).content.value, 'Pong to a call');
    assert.deepEqual(processor.seen, [['a message', null]]);
  });

  it('answers calls by the reply function or by returning, sees the body, and has filters', async (t) => {
    class Receiver extends Noting {}
    const fromPeer = (body: Body, name: string): Body => {
      if (body.fingerprint['name'] !== name) throw new FilterError();
      return body;
    };
    const options = { category: 'rpc', view: 'body' } as const;
    Receiver.handle(
      'command',
      'ping',
      ({ fingerprint }: Body, reply: Reply<unknown>) => reply(fingerprint['name']),
      { ...options, filters: [{ filter: fromPeer, args: ['peer'] }] },
    );
    Receiver.handle('command', 'ping for nobody', () => 'never', {
      ...options,
      filters: [{ filter: fromPeer, args: ['nobody'] }],
    });
    const place = await stage.place();
    await stage.start(t, Receiver, place);
    assert.equal((await (await place.call('ping')).next()).content.value, 'peer');
    assert.equal((await (await place.call('ping for nobody')).next()).content.type, 'error');
  });

  it('runs after the decorated handlers, and in the order of the calls', async (t) => {
    class Receiver extends Noting {
      @MessageHandler('command', 'ping')
      decorated() {
        this.seen.push('decorated');
      }
    }
    for (const word of ['one', 'two', 'three'])
      Receiver.handle('command', 'ping', function () {
        this.seen.push(word);
      });
    const place = await stage.place();
    const { processor } = await stage.start(t, Receiver, place);
    await place.command('ping');
    await waitForLength(processor.seen, 4);
    assert.deepEqual(processor.seen, ['decorated', 'one', 'two', 'three']);
  });

  it('P-C40: belongs to the class it was called on and to its children, not to parents and siblings', async (t) => {
    class Parent extends Noting {}
    class Child extends Parent {}
    class Sibling extends Parent {}
    for (const Class of [Parent, Child, Sibling])
      Class.handle('command', 'ping', function () {
        this.seen.push(Class.name);
      });
    const place = await stage.place();
    const { processor } = await stage.start(t, Child, place);
    await place.command('ping');
    await waitForLength(processor.seen, 2);
    await processor.drain();
    assert.deepEqual(processor.seen, ['Parent', 'Child']);
  });

  it('the same function may handle several messages', async (t) => {
    class Receiver extends Noting {}
    function note(this: Receiver, { parameters }: Content): void {
      this.seen.push(parameters);
    }
    Receiver.handle('command', 'one', note);
    Receiver.handle('command', 'two', note);
    const place = await stage.place();
    const { processor } = await stage.start(t, Receiver, place);
    await place.command('one', 1);
    await place.command('two', 2);
    await waitForLength(processor.seen, 2);
    assert.deepEqual(processor.seen, [1, 2]);
  });
});
