import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { within } from '../../../src/scheduler/time-limit.js';
import { turns } from './threads.js';

describe('within', () => {
  it('settles as the work does, and leaves no timer behind', async () => {
    assert.equal(await within(Promise.resolve('done'), 60_000, () => 'late'), 'done');
    const failure = new Error('failed');
    await assert.rejects(
      within(Promise.reject(failure), 60_000, () => 'late'),
      failure,
    );
    assert.equal(process.getActiveResourcesInfo().includes('Timeout'), false);
  });

  it('settles as `late` does when the limit is over', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const forever = new Promise<string>(() => {});
    const value = within(forever, 100, () => 'late');
    const failure = within(forever, 100, () => {
      throw new Error('late');
    });
    context.mock.timers.tick(100);
    assert.equal(await value, 'late');
    await assert.rejects(failure, /late/);
  });

  it('takes a limit that no timer can hold', async () => {
    let isOver = false;
    let finish = (): void => {};
    const work = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const limited = within(work, Number.POSITIVE_INFINITY, () => {
      isOver = true;
    });
    await turns(50);
    assert.equal(isOver, false);
    finish();
    await limited;
    assert.equal(isOver, false);
  });
});
