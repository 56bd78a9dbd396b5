import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as face from 'waybill';
import { HttpError } from 'waybill/app';
import { isControlFlow } from '../../../src/common/control-flow.js';
import { toError } from '../../../src/errors.js';
import { hostileErrors } from '../../support/hostile-errors.js';

const { isWaybillError } = face;

/** One of each kind, with the code that must never change. */
const samples: readonly (readonly [code: face.ErrorCode, error: face.WaybillError])[] = [
  ['CALLER_GONE', new face.CallerGoneError('x')],
  ['CANCELLED', new face.CancelledError('x')],
  ['CLOSED', new face.ClosedError('x')],
  ['CONFIGURATION', new face.ConfigurationError('x')],
  ['CONNECTION_LOST', new face.ConnectionLostError('x')],
  ['CONNECT_FAILED', new face.ConnectError('x')],
  ['CONTENT_MISMATCH', new face.ContentMismatchError(['x'])],
  ['DEADLINE', new face.DeadlineError('x')],
  ['DRAIN_INCOMPLETE', new face.DrainError('x')],
  ['ENCODING', new face.EncodingError('x')],
  ['MALFORMED_MESSAGE', new face.MalformedMessageError('x')],
  ['MALFORMED_REPLY', new face.MalformedReplyError('x')],
  ['MESSAGE_ID_REUSED', new face.MessageIdReusedError('x')],
  ['HANDLER_TIMEOUT', new face.HandlerTimeoutError('It took too long.')],
  ['NEVER_FINISHED', new face.NeverFinishedError(18)],
  ['NO_HANDLER', new face.UnhandledMessageError('x')],
  ['OUTBOX_FULL', new face.OutboxFullError('x')],
  ['PUBLISH_REFUSED', new face.PublishRefusedError('x')],
  ['PUBLISH_TIMEOUT', new face.PublishTimeoutError('x')],
  ['REMOTE', new face.RemoteError('x')],
  ['STORE_UNAVAILABLE', new face.StoreUnavailableError('x')],
  ['STREAM_INTERRUPTED', new face.StreamInterruptedError('x', { received: 1, reason: 'gap' })],
  ['TAKEN_BACK', new face.TakenBackError('x')],
  ['TIMEOUT', new face.TimeoutError('x')],
  ['TOPOLOGY_REFUSED', new face.TopologyError('x')],
  ['UNDECLARED_MESSAGE', new face.UndeclaredMessageError('x')],
  ['UNROUTABLE', new face.UnroutableError('x', 'y')],
  ['UNTRUSTED', new face.UntrustedError('altered', 'The message')],
];

describe('errors', () => {
  it('are all exported, each with a code of its own', () => {
    const exported = Object.entries(face).filter(
      ([, value]) => typeof value === 'function' && value.prototype instanceof face.WaybillError,
    );
    assert.deepEqual(
      new Set(exported.map(([name]) => name)),
      new Set(samples.map(([, error]) => error.constructor.name)),
    );
    assert.equal(new Set(samples.map(([code]) => code)).size, samples.length);
  });

  for (const [code, error] of samples) {
    it(`${code}: it has a stable code and name, a text and a stack`, () => {
      assert.equal(error.code, code);
      assert.equal(error.name, error.constructor.name);
      assert.ok(error instanceof face.WaybillError && error instanceof Error);
      assert.ok(error.message.length > 0);
      assert.ok(error.stack?.includes('errors.test.ts'), 'the stack shows where it was made');
      assert.ok(isWaybillError(error));
      for (const [other] of samples) assert.equal(isWaybillError(error, other), other === code);
    });
  }

  it('include ArgumentTypeError, which is a TypeError as well', () => {
    const error = new face.ArgumentTypeError('x', { cause: 'the reason' });
    assert.ok(error instanceof TypeError && isWaybillError(error, 'CONFIGURATION'));
    assert.deepEqual([error.name, error.cause], ['ArgumentTypeError', 'the reason']);
  });

  it('keep the cause', () => {
    const cause = new Error('the reason');
    assert.equal(new face.ConnectError('x', { cause }).cause, cause);
    assert.equal(new face.ContentMismatchError(['x'], { cause }).cause, cause);
    assert.equal(new face.TopologyError('x', { cause, replyCode: 406 }).cause, cause);
  });

  it('say in fields and words what happened', () => {
    const lost = new face.UnroutableError('orders', 'new');
    assert.deepEqual([lost.exchange, lost.routingKey], ['orders', 'new']);
    assert.match(lost.message, /No queue is bound to exchange 'orders' for routing key 'new'\. \w+/);
    const mismatch = new face.ContentMismatchError(['a is missing', 'b: too long']);
    assert.deepEqual(mismatch.reasons, ['a is missing', 'b: too long']);
    assert.match(mismatch.message, /a is missing; b: too long\.$/);
    assert.equal(new face.TopologyError('x', { replyCode: 405 }).replyCode, 405);
    assert.equal(new face.TopologyError('x').replyCode, undefined);
    const remote = new face.RemoteError('x', { name: 'KeyError', code: 'E_KEY', stack: 'at home' });
    assert.deepEqual(
      [remote.remoteName, remote.remoteCode, remote.remoteStack],
      ['KeyError', 'E_KEY', 'at home'],
    );
    assert.deepEqual({ ...new face.RemoteError('x') }.remoteName, undefined);
  });
});

describe('isWaybillError', () => {
  it('knows errors of a second copy of the package', () => {
    const foreign = Object.assign(new Error('x'), { code: 'TIMEOUT' });
    assert.ok(isWaybillError(foreign));
    assert.ok(isWaybillError(foreign, 'TIMEOUT'));
    assert.ok(!isWaybillError(foreign, 'CLOSED'));
  });

  it('is false for everything else', () => {
    const strangers = [
      undefined,
      null,
      'TIMEOUT',
      { code: 'TIMEOUT' },
      new Error('x'),
      Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
      Object.assign(new Error('x'), { code: 406 }),
    ];
    for (const stranger of strangers) assert.equal(isWaybillError(stranger), false, String(stranger));
    assert.equal(isWaybillError(strangers[5], 'TIMEOUT'), false);
  });
});

describe('isControlFlow', () => {
  const steering = [
    new face.AckAndRestart(),
    new face.ExitScheduler(),
    new face.FilterError(),
    new HttpError(404, 'x'),
    new face.RejectMessage(),
    new face.ThreadDone(),
  ];

  for (const thrown of steering) {
    it(`knows ${thrown.name} by its code, and isWaybillError does not`, () => {
      assert.ok(isControlFlow(thrown));
      for (const { code } of steering) assert.equal(isControlFlow(thrown, code), thrown.code === code);
      assert.ok(isControlFlow(Object.assign(new Error('of another copy'), { code: thrown.code })));
      assert.equal(isWaybillError(thrown), false);
    });
  }

  it('is false for each error', () => {
    for (const [, error] of samples) assert.equal(isControlFlow(error), false);
  });
});

describe('toError', () => {
  it('leaves errors alone and wraps the rest, text and cause kept', () => {
    const error = new RangeError('x');
    assert.equal(toError(error), error);
    for (const thrown of ['text', 42, null, undefined, Symbol('s'), 10n]) {
      const wrapped = toError(thrown);
      assert.ok(wrapped instanceof Error);
      assert.equal(wrapped.message, String(thrown));
      assert.equal(wrapped.cause, thrown);
    }
  });

  it('never throws itself, whatever was thrown', () => {
    const nasty = [
      Object.create(null),
      { toString: null, valueOf: null },
      {
        toString() {
          throw new Error('no text');
        },
      },
      { [Symbol.toPrimitive]: 1 },
    ];
    for (const thrown of nasty) {
      const wrapped = toError(thrown);
      assert.ok(wrapped instanceof Error);
      assert.equal(wrapped.cause, thrown);
      assert.ok(wrapped.message.length > 0);
    }
  });

  it('H-A11: gives an error that can be read, whatever its getters do and whatever stands in for it', () => {
    for (const [what, thrown] of Object.entries(hostileErrors())) {
      const error = toError(thrown);
      const { name, message, stack, code }: Error & { code?: unknown } = error;
      for (const part of [name, message, stack]) assert.equal(typeof part, 'string', what);
      assert.equal(code, undefined, what);
      assert.ok(message.length > 0, what);
      assert.equal(isWaybillError(thrown), false, what);
      assert.equal(isControlFlow(thrown), false, what);
      assert.equal(isControlFlow(thrown, 'FILTER'), false, what);
    }
  });
});
