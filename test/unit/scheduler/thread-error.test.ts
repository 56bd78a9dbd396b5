import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ThreadErrorInfo } from '../../../src/scheduler/index.js';
import { printThreadError } from '../../../src/scheduler/thread-error.js';
import { Sleeper } from './threads.js';

describe('printThreadError', () => {
  it('prints only the message of an error with a code', (context) => {
    const print = printer(context.mock);
    const error = Object.assign(new Error('No broker at amqp://localhost'), { code: 'CONNECT_FAILED' });
    assert.equal(
      print(error, { phase: 'create' }),
      'Sleeper could not start: No broker at amqp://localhost\n',
    );
    assert.equal(print(error, { phase: 'step' }), 'Sleeper failed: No broker at amqp://localhost\n');
    assert.equal(
      print(error, { phase: 'drain' }),
      'Sleeper did not end cleanly: No broker at amqp://localhost\n',
    );
  });

  it('says when the thread is tried again', (context) => {
    const error = Object.assign(new Error('gone'), { code: 'CONNECTION_LOST' });
    const text = printer(context.mock)(error, { phase: 'step', restartInMs: 1_240 });
    assert.equal(text, 'Sleeper failed, next try in 1.2 s: gone\n');
  });

  it('prints the stack of an error without a code, and of one with a code of Node for mistakes', (context) => {
    const print = printer(context.mock);
    const mistake = Object.assign(new TypeError('wrong argument'), { code: 'ERR_INVALID_ARG_TYPE' });
    for (const error of [new Error('unforeseen', { cause: new Error('deeper') }), mistake]) {
      assert.match(print(error, { phase: 'step' }), /^Sleeper failed: .*Error.*\n {4}at /);
    }
    assert.match(print(new Error('x', { cause: new Error('deeper') }), { phase: 'step' }), /deeper/);
  });

  it('names every refusal of a host with several addresses', (context) => {
    const refusals = [new Error('connect ECONNREFUSED ::1:1'), new Error('connect ECONNREFUSED 127.0.0.1:1')];
    const error = Object.assign(new AggregateError(refusals), { code: 'ECONNREFUSED' });
    assert.equal(
      printer(context.mock)(error, { phase: 'create' }),
      'Sleeper could not start: 2 errors: connect ECONNREFUSED ::1:1; connect ECONNREFUSED 127.0.0.1:1\n',
    );
  });

  it('prints a thrown value that is no error', (context) => {
    const print = printer(context.mock);
    assert.match(print('plain text', { phase: 'step' }), /^Sleeper failed: Error: plain text\n/);
    assert.match(print(undefined, { phase: 'step' }), /^Sleeper failed: Error: undefined\n/);
  });

  it('H-C2: prints what led to an error, and none of its fields: they may hold a whole request', (context) => {
    const config = { headers: { Authorization: 'Bearer the-secret' } };
    const cause = Object.assign(new Error('deeper'), { config });
    const error = Object.assign(new Error('unforeseen', { cause }), { config });
    const text = printer(context.mock)(error, { phase: 'step' });
    assert.match(text, /unforeseen\n\s+at [\s\S]*caused by Error: deeper\n\s+at /);
    assert.doesNotMatch(text, /the-secret/);
  });
});

function printer(mock: import('node:test').MockTracker): (error: unknown, info: ThreadErrorInfo) => string {
  return (error, info) => {
    const write = mock.method(process.stderr, 'write', () => true);
    printThreadError(error, new Sleeper(), info);
    write.mock.restore();
    return String(write.mock.calls[0]?.arguments[0]);
  };
}
