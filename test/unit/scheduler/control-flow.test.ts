import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isControlFlow } from '../../../src/common/control-flow.js';
import { ExitScheduler, ThreadDone } from '../../../src/scheduler/index.js';

describe('ExitScheduler and ThreadDone', () => {
  it('are errors with a name, a stable code, and the cause kept', () => {
    const cause = new Error('why');
    const exit = new ExitScheduler('enough', { cause });
    assert.ok(exit instanceof Error);
    assert.deepEqual(
      [exit.name, exit.code, exit.message, exit.cause],
      ['ExitScheduler', 'EXIT_SCHEDULER', 'enough', cause],
    );
    const done = new ThreadDone();
    assert.deepEqual([done.name, done.code], ['ThreadDone', 'THREAD_DONE']);
    assert.notEqual(done.message, '');
  });

  it('are recognised by their code, also across two copies of the package', () => {
    const foreign = Object.assign(new Error('from another copy'), { code: 'EXIT_SCHEDULER' });
    assert.ok(isControlFlow(foreign, 'EXIT_SCHEDULER'));
    assert.ok(isControlFlow(new ExitScheduler(), 'EXIT_SCHEDULER'));
    assert.ok(isControlFlow(Object.assign(new Error('likewise'), { code: 'THREAD_DONE' }), 'THREAD_DONE'));
  });

  it('are not recognised in any other value', () => {
    for (const other of [
      undefined,
      null,
      'EXIT_SCHEDULER',
      { code: 'EXIT_SCHEDULER' },
      new Error('EXIT_SCHEDULER'),
    ]) {
      assert.equal(isControlFlow(other, 'EXIT_SCHEDULER'), false);
      assert.equal(isControlFlow(other, 'THREAD_DONE'), false);
    }
    assert.equal(isControlFlow(new ThreadDone(), 'EXIT_SCHEDULER'), false);
    assert.equal(isControlFlow(new ExitScheduler(), 'THREAD_DONE'), false);
  });
});
