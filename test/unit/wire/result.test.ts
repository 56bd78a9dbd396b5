import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  MalformedReplyError,
  MessageResult,
  MessageResultError,
  MessageResultException,
  RemoteError,
  type Result,
  TimeoutError,
} from 'waybill';
import { nextMessageId } from '../../../src/amqp/index.js';
import {
  ErrorTeller,
  failedResult,
  jsonEncoder,
  malformedResult,
  readResult,
} from '../../../src/wire/index.js';

const component = { name: 'desk', type: 'test', pid: '7', host: 'here', user: 'me', vhost: '/' };

/** What a component tells of what was thrown. */
function told(thrown: unknown, remoteStacks = false) {
  const call = { queue: 'queue', handledBy: 'Desk.work', errorId: undefined };
  return new ErrorTeller({ component, remoteStacks }).tell(thrown, call, nextMessageId);
}

function exceptionResult(thrown: unknown): MessageResultException {
  const { name, message } = told(thrown);
  return new MessageResultException(name, message);
}

/** What stands beside name and message. */
function remoteDetails(thrown: unknown, withStack: boolean) {
  const { details } = told(thrown, withStack);
  return details ? { error: details } : {};
}

/** The result after its way over the wire. */
function received(result: Result, reserved: object = {}): Result {
  return readResult(jsonEncoder.decode(jsonEncoder.encode({ ...result.body, _reserved: reserved })));
}

/** A reply with this content. */
function reply(content: unknown): unknown {
  return {
    type: 'result',
    name: 'none',
    category: 'message',
    version: '2',
    fingerprint: {},
    content,
    _reserved: {},
  };
}

describe('a result', () => {
  it('P-C13: a success is ok, has its value and unwraps to it', () => {
    const result = received(new MessageResult({ a: [1] }, 'done'));
    assert.ok(result.ok && result.type === 'success');
    assert.deepEqual([result.value, result.message, result.error], [{ a: [1] }, 'done', undefined]);
    assert.deepEqual(result.unwrap(), { a: [1] });
  });

  it('P-C16: an error is not ok, its value is null, and it unwraps to a RemoteError', () => {
    const result = received(new MessageResultError('bad'));
    assert.ok(!result.ok && result.type === 'error');
    assert.deepEqual([result.value, result.message], [null, 'bad']);
    assert.throws(() => result.unwrap(), {
      name: 'RemoteError',
      code: 'REMOTE',
      message: 'bad',
      remoteName: undefined,
    });
  });

  it('P-C15: an exception is not ok, its value is the class name, and it unwraps to a RemoteError', () => {
    const result = received(exceptionResult(new RangeError('x')));
    assert.ok(!result.ok && result.type === 'exception');
    assert.deepEqual([result.value, result.message], ['RangeError', 'x']);
    assert.throws(() => result.unwrap(), { name: 'RemoteError', message: 'x', remoteName: 'RangeError' });
  });

  it('narrows by ok in the compiler', () => {
    const result = received(new MessageResult(2)) as Result<number>;
    const doubled: number = result.ok ? result.value * 2 : -1;
    const reason: string = result.ok ? '' : result.error.code;
    assert.deepEqual([doubled, reason], [4, '']);
  });

  it('gives the same error object each time', () => {
    const result = new MessageResultError('bad');
    const thrown = [1, 2].map(() => {
      try {
        return result.unwrap();
      } catch (error) {
        return error;
      }
    });
    assert.equal(thrown[0], thrown[1]);
    assert.equal(thrown[0], result.error);
  });

  it('P-B24: an error from the wire has the value null, whatever came', () => {
    const result = readResult(reply({ type: 'error', value: 'not null', message: 'bad' }));
    assert.deepEqual([result.type, result.value], ['error', null]);
  });

  it('keeps fingerprint and reserved part of the server', () => {
    const body = { ...(reply({ type: 'success', value: 1, message: '' }) as object) };
    const fingerprint = { name: 'server', host: 'there' };
    const result = readResult({ ...body, fingerprint, _reserved: { hint: 1 } });
    assert.deepEqual(result.body.fingerprint, fingerprint);
    assert.deepEqual(result.body._reserved, { hint: 1 });
  });

  it('does without fingerprint and reserved part, and ignores unknown keys', () => {
    const result = readResult({ content: { type: 'success', value: 1, message: '', more: 2 }, extra: true });
    assert.deepEqual([result.ok, result.value], [true, 1]);
    assert.deepEqual([result.body.fingerprint, result.body._reserved], [{}, {}]);
  });

  it('takes any JSON value there and back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, message) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        const result = received(new MessageResult(value, message));
        assert.ok(result.ok);
        assert.deepEqual([result.value, result.message], [JSON.parse(JSON.stringify(value)), message]);
      }),
    );
  });
});

describe('a malformed reply', () => {
  const contents: readonly (readonly [title: string, content: unknown])[] = [
    ['an unknown type', { type: 'weird', value: 1, message: '' }],
    ['no type', { value: 1, message: '' }],
    ['no value', { type: 'success', message: '' }],
    ['no message', { type: 'success', value: 1 }],
    ['a message that is no text', { type: 'success', value: 1, message: 7 }],
    ['a message that is null', { type: 'error', value: null, message: null }],
    ['a type that is no text', { type: ['success'], value: 1, message: '' }],
    ['a name of Object’s own', { type: 'toString', value: 1, message: '' }],
    ['content null', null],
    ['content a list', ['success', 1, '']],
    ['content a text', 'success'],
    ['content a number', 1],
  ];
  for (const [title, content] of contents) {
    it(`P-C22: ${title}: an error result that shows it, and nothing is thrown`, () => {
      const result = readResult(reply(content));
      assert.equal(result.type, 'error');
      assert.equal(result.ok, false);
      assert.match(result.message, /^Malformed reply /);
      assert.ok(result.error instanceof MalformedReplyError);
      assert.throws(() => result.unwrap(), { code: 'MALFORMED_REPLY', message: result.message });
    });
  }

  it('P-C23: a reply without content, or that is no envelope at all', () => {
    const { content: _, ...without } = reply(0) as Record<string, unknown>;
    for (const decoded of [without, {}, [], null, undefined, 'Pong', 42, true]) {
      const result = readResult(decoded);
      assert.equal(result.type, 'error', JSON.stringify(decoded));
      assert.match(result.message, /^Malformed reply/);
    }
  });

  it('shows the content, cut where it is long', () => {
    assert.equal(readResult(reply({ type: 'weird' })).message, 'Malformed reply {"type":"weird"}');
    const { message } = malformedResult('x'.repeat(10_000));
    assert.ok(message.length < 300 && message.endsWith('x…'), message);
  });

  it('keeps why it could not be read', () => {
    const cause = new Error('not JSON');
    assert.equal(malformedResult('…', cause).error.cause, cause);
  });

  it('P-B24: reading never throws, whatever JSON came, and always gives a result', () => {
    const kind = fc.constantFrom('success', 'error', 'exception', 'weird');
    const content = fc.record(
      {
        type: fc.oneof(kind, fc.jsonValue()),
        value: fc.jsonValue(),
        message: fc.oneof(fc.string(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const any = fc.oneof(fc.jsonValue(), content.map(reply), fc.record({ content: fc.jsonValue() }));
    fc.assert(
      fc.property(any, (decoded) => {
        const result = readResult(decoded);
        assert.ok(['success', 'error', 'exception'].includes(result.type));
        assert.equal(result.ok, result.type === 'success');
        assert.equal(typeof result.message, 'string');
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads an exception whose value is no class name, and has no text', () => {
    for (const value of [{ toString: 1, valueOf: 1 }, null, 7, ['a'], {}]) {
      const result = readResult(reply({ type: 'exception', value, message: 'x' }));
      assert.equal(result.type, 'exception');
      assert.equal(typeof result.value, 'string');
      assert.ok(result.error instanceof RemoteError);
    }
  });
});

describe('the answer for something thrown', () => {
  it('H-C1: names the class of what was thrown', () => {
    class OrderError extends Error {}
    class Named extends Error {
      override readonly name = 'Named';
    }
    assert.equal(exceptionResult(new OrderError('x')).value, 'OrderError');
    assert.equal(exceptionResult(new Named('x')).value, 'Named');
    assert.equal(exceptionResult(Object.assign(new OrderError('x'), { name: '' })).value, 'OrderError');
  });

  it('takes what is no Error', () => {
    const results = ['text', 7, undefined, null, Object.create(null)].map((each) => exceptionResult(each));
    assert.deepEqual(
      results.map(({ value }) => value),
      ['Error', 'Error', 'Error', 'Error', 'Error'],
    );
    assert.deepEqual(
      results.slice(0, 4).map(({ message }) => message),
      ['text', '7', 'undefined', 'null'],
    );
  });

  it('H-C1: sends the code along, also a number, the stack only if asked for, and nothing where there is nothing', () => {
    const error = Object.assign(new Error('x'), { code: 'E_X' });
    assert.deepEqual(remoteDetails(error, false), { error: { code: 'E_X' } });
    assert.deepEqual(remoteDetails(error, true), {
      error: { code: 'E_X', stack: error.stack?.replace('Error:', 'Error [E_X]:') },
    });
    assert.deepEqual(remoteDetails(new Error('x'), false), {});
    assert.deepEqual(remoteDetails(Object.assign(new Error('x'), { code: 7 }), false), {
      error: { code: '7' },
    });
    assert.deepEqual(remoteDetails('text', false), {});
  });

  it('arrives as a RemoteError with code and stack', () => {
    const thrown = Object.assign(new RangeError('x'), { code: 'E_X' });
    const { error } = received(exceptionResult(thrown), remoteDetails(thrown, true));
    assert.ok(error instanceof RemoteError);
    assert.deepEqual(
      [error.remoteName, error.remoteCode, error.remoteStack],
      ['RangeError', 'E_X', thrown.stack?.replace('RangeError:', 'RangeError [E_X]:')],
    );
    const plain = received(exceptionResult(thrown), { error: { code: 7, stack: null } }).error;
    assert.ok(plain instanceof RemoteError);
    assert.deepEqual([plain.remoteCode, plain.remoteStack], [undefined, undefined]);
  });

  it('P-C17: a call that ended here gives the true error', () => {
    const error = new TimeoutError('too late');
    const result = failedResult(error);
    assert.ok(result instanceof MessageResultException);
    assert.deepEqual([result.value, result.message, result.error], ['TimeoutError', 'too late', error]);
    assert.throws(() => result.unwrap(), error);
  });
});
