import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Body,
  type Content,
  Handler,
  MessageProcessor,
  MessageResult,
  type Middleware,
  type Reply,
  RpcHandler,
  RpcHandlerFullBody,
} from 'waybill';
import { useStage } from '../../support/stage/stage.js';
import { callerOf } from '../rpc/facilities.js';

const forgetful: Middleware = {
  receive: (next) => async (message) => {
    await next(message);
  },
};

/** Has nothing to say, in every way there is. */
class Silent extends MessageProcessor {
  @RpcHandler('command', 'is a class')
  static readonly ByClass = class extends Handler {
    call() {}
  };

  @RpcHandlerFullBody('command', 'sees the body')
  seesBody(_body: Body) {}
}

const silences: Readonly<Record<string, (content: Content, reply: Reply) => unknown>> = {
  'returns nothing': () => {},
  'returns a promise of nothing': async () => {},
  'returns null': () => null,
  'replies undefined': (_content, reply) => reply(undefined),
  'replies undefined later': async (_content, reply) => {
    await new Promise((resolve) => setImmediate(resolve));
    reply(undefined);
  },
  'returns a result of undefined': () => new MessageResult(undefined),
  'replies a result of undefined': (_content, reply) => reply(new MessageResult(undefined)),
};

const mistakes: Readonly<Record<string, readonly [(content: Content, reply: Reply) => unknown, RegExp]>> = {
  'asks for reply and does not use it': [(_content, _reply) => {}, /gave no answer/],
  'asks for reply and forgets it in a promise': [async (_content, _reply) => {}, /gave no answer/],
  'returns what says that it is nothing': [
    () => ({ toJSON: () => undefined }),
    /its toJSON must give a value/,
  ],
  'replies what says that it is a function': [
    (_content, reply) => reply({ toJSON: () => () => 1 }),
    /its toJSON must give a value/,
  ],
};

for (const [what, answer] of Object.entries(silences))
  Silent.handle('command', what, answer, { category: 'rpc' });
for (const [what, [answer]] of Object.entries(mistakes))
  Silent.handle('command', what, answer, { category: 'rpc' });

describe('H-B1: the answer of a handler that has nothing to say', () => {
  const stage = useStage();

  for (const what of [...Object.keys(silences), 'is a class', 'sees the body']) {
    it(`is a success of null, for one that ${what}`, async (t) => {
      const place = await stage.place();
      await stage.start(t, Silent, place);
      const producer = await stage.connect(t, callerOf(place.eks));
      const result = await producer.rpc(what);
      assert.deepEqual(result.body.content, { type: 'success', value: null, message: '' });
      assert.equal(result.unwrap(), null);
    });
  }

  for (const [what, [, words]] of Object.entries(mistakes)) {
    it(`is an error, for one that ${what}`, async (t) => {
      const place = await stage.place();
      await stage.start(t, Silent, place);
      const producer = await stage.connect(t, callerOf(place.eks));
      const result = await producer.rpc(what);
      assert.equal(result.ok, false);
      assert.match(result.message, words);
    });
  }

  it('is an error where a middleware keeps the answer to itself', async (t) => {
    const place = await stage.place();
    await stage.start(t, Silent, place, { middleware: [forgetful] });
    const producer = await stage.connect(t, callerOf(place.eks));
    const result = await producer.rpc('returns null');
    assert.equal(result.ok, false);
    assert.match(result.message, /gave no answer/);
  });

  it('is a success of null for whoever makes the result', () => {
    assert.deepEqual(new MessageResult(undefined).body.content, {
      type: 'success',
      value: null,
      message: '',
    });
  });
});
