import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AckAndRestart, ExitScheduler, MessageProcessor, RpcHandler } from 'waybill';
import { peer, rpc } from '../../support/stage/envelopes.js';
import { allAcked } from '../../support/stage/place.js';
import { Replies } from '../../support/stage/replies.js';
import { useStage, waitForLength } from '../../support/stage/stage.js';
import { Answering } from './answering.js';

interface Expected {
  readonly title: string;
  readonly call: string;
  readonly type?: string;
  readonly parameters?: unknown;
  readonly answer: { readonly type: string; readonly value: unknown; readonly message: string | RegExp };
  readonly rejected?: true;
  readonly ran?: readonly string[];
}

const success = (value: unknown, message = '') => ({ type: 'success', value, message });
const error = (message: string | RegExp) => ({ type: 'error', value: null, message });

const expectations: readonly Expected[] = [
  { title: 'P-C13: a reply of a result', call: 'reply', answer: success('Pong', 'with a text') },
  { title: 'P-C14: a reply of a plain value', call: 'plain', answer: success('plain') },
  { title: 'a value that the handler returns', call: 'return', parameters: 21, answer: success(42) },
  {
    title: 'P-C15: what the handler throws; and the call is rejected',
    call: 'throw',
    answer: { type: 'exception', value: 'RangeError', message: 'x' },
    rejected: true,
  },
  { title: 'P-C16: an error that the handler returns', call: 'error', answer: error('bad') },
  {
    title: 'P-B34: the first of several replies and no other',
    call: 'twice',
    answer: success('first'),
  },
  {
    title: 'the reply that came before an error; and the call is rejected',
    call: 'reply then throw',
    answer: success('done'),
    rejected: true,
  },
  {
    title: 'RejectMessage as an exception; and the call is rejected',
    call: 'reject',
    answer: { type: 'exception', value: 'RejectMessage', message: 'not for us' },
    rejected: true,
  },
  {
    title: 'an exception where the answer cannot be encoded; and the call is rejected',
    call: 'not encodable',
    answer: { type: 'exception', value: 'EncodingError', message: /BigInt/ },
    rejected: true,
  },
  {
    title: 'P-X4: an error where a handler that asks for reply gave no answer',
    call: 'nothing',
    answer: error(/gave no answer/),
    ran: ['nothing'],
  },
  {
    title: 'P-X4: an error where there is no handler',
    call: 'nobody knows',
    answer: error(/Answering has no handler for .*nobody knows/),
  },
  {
    title: 'P-X4: an error where there is no handler for that type',
    call: 'reply',
    type: 'status',
    answer: error(/no handler/),
  },
  {
    title: 'P-X4: an error where a filter turned it away',
    call: 'filtered',
    answer: error(/filter/),
    ran: [],
  },
  { title: 'P-C28: only the last declared handler', call: 'double', answer: success('last'), ran: ['last'] },
  { title: "the handler of '*'", type: 'query', call: 'whatever', answer: success('any') },
  {
    title: "the handler of the very name, not that of '*'",
    type: 'query',
    call: 'very name',
    answer: success('exact'),
  },
  { title: 'P-X9: a handler that sees the whole body', call: 'who', answer: success(peer) },
  { title: 'P-C27: a Handler class by its reply', call: 'class', parameters: 1, answer: success(2) },
];

describe('exactly one answer leaves for each call', () => {
  const stage = useStage();

  for (const { title, call, type = 'command', parameters, answer, rejected, ran } of expectations) {
    it(title, async (t) => {
      const place = await stage.place();
      const { processor, log } = await stage.start(t, Answering, place);
      const replies = await place.callWith({ ...rpc(call, parameters), type });
      const first = await replies.next();
      await processor.drain();
      assert.equal(await replies.count(), 0, 'there is a second answer');
      const { message, ...rest } = first.content;
      assert.deepEqual(rest, { type: answer.type, value: answer.value });
      if (typeof answer.message === 'string') assert.equal(message, answer.message);
      else assert.match(message, answer.message);
      assert.equal(first.properties.correlationId, 'the call');
      assert.deepEqual(first.fingerprint, processor.fingerprint);
      assert.deepEqual(await place.fates(), rejected ? { kept: 0, rejected: 1 } : allAcked);
      if (ran) assert.deepEqual(processor.ran, ran);
      const isFailure = rejected && call !== 'reject';
      assert.equal(log.errors.length, isFailure ? 1 : 0, log.errors.join('\n'));
    });
  }

  it('H-E6: the log is told of two handlers of one class for one call, and not of one that a subclass adds', async (t) => {
    class Derived extends Answering {
      @RpcHandler('command', 'plain')
      another() {
        return 'another';
      }
    }
    const place = await stage.place();
    const { log } = await stage.start(t, Derived, place);
    assert.deepEqual(log.warnings, [
      'Answering has more than one handler for the call (command, double): only method last answers it.',
    ]);
    assert.equal((await (await place.call('plain')).next()).content.value, 'another');
  });

  it('a call that has no correlation id is answered without one', async (t) => {
    const place = await stage.place();
    const { processor } = await stage.start(t, Answering, place);
    const replies = await Replies.declare(stage.side);
    await place.send(rpc('plain'), { replyTo: replies.queue });
    const { properties } = await replies.next();
    await processor.drain();
    assert.equal(properties.correlationId, undefined);
    assert.deepEqual(await place.fates(), allAcked);
  });

  it('H-A13: a call without reply_to is not run, is rejected, and the next one is answered', async (t) => {
    const place = await stage.place();
    const { processor, log } = await stage.start(t, Answering, place);
    await place.send(rpc('nothing'));
    const replies = await place.call('plain');
    assert.equal((await replies.next()).content.value, 'plain');
    await processor.drain();
    assert.deepEqual(processor.ran, []);
    assert.deepEqual(await place.fates(), { kept: 0, rejected: 1 });
    assert.match(log.errors.join(), /names no reply_to; it was not run/);
  });

  for (const [Thrown, restarts] of [
    [ExitScheduler, 0],
    [AckAndRestart, 1],
  ] as const) {
    it(`${Thrown.name} thrown while a call is handled answers it, acks it, and ends the processor`, async (t) => {
      const ends: string[] = [];
      class Ending extends MessageProcessor {
        @RpcHandler('command', 'end')
        end(): never {
          throw new Thrown();
        }

        override async restart() {
          ends.push('restart');
        }
      }
      const place = await stage.place();
      const { processor } = await stage.start(t, Ending, place);
      const replies = await place.call('end');
      assert.equal((await replies.next()).content.type, 'exception');
      if (restarts > 0) await waitForLength(ends, restarts);
      else await assert.rejects(processor.step(), ExitScheduler);
      await processor.drain();
      assert.equal(ends.length, restarts);
      assert.equal(await replies.count(), 0);
      assert.deepEqual(await place.fates(), allAcked);
    });
  }
});
