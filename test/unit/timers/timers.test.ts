import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sleep, startTimer, within } from '../../../src/common/timers.js';

const nodesLongestMs = 2 ** 31 - 1;
const monthMs = 30 * 24 * 3_600_000;

describe('startTimer', () => {
  it('S-F2: waits for longer than a timer of Node.js can', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let fired = 0;
    startTimer(monthMs, () => fired++);
    context.mock.timers.tick(nodesLongestMs);
    context.mock.timers.tick(monthMs - nodesLongestMs - 1);
    assert.equal(fired, 0);
    context.mock.timers.tick(1);
    assert.equal(fired, 1);
    context.mock.timers.tick(monthMs);
    assert.equal(fired, 1);
  });

  it('S-F2: never fires for Infinity', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let fired = 0;
    startTimer(Number.POSITIVE_INFINITY, () => fired++);
    for (let month = 0; month < 5; month++) context.mock.timers.tick(monthMs);
    assert.equal(fired, 0);
  });

  it('fires no more once it was stopped, in whichever part of the wait', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let fired = 0;
    const stop = startTimer(monthMs, () => fired++);
    context.mock.timers.tick(monthMs - 1);
    stop();
    context.mock.timers.tick(monthMs);
    assert.equal(fired, 0);
  });
});

describe('sleep', () => {
  it('ends with the time, with the signal, or at once where that is aborted already', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const stopping = new AbortController();
    const ended: string[] = [];
    const short = sleep(100).then(() => ended.push('short'));
    const long = sleep(monthMs, { signal: stopping.signal }).then(() => ended.push('long'));
    context.mock.timers.tick(100);
    await short;
    assert.deepEqual(ended, ['short']);
    stopping.abort();
    await long;
    await sleep(monthMs, { signal: stopping.signal });
    assert.deepEqual(ended, ['short', 'long']);
  });

  it('leaves neither a timer nor a listener behind', async () => {
    const stopping = new AbortController();
    const sleeping = sleep(60_000, { signal: stopping.signal });
    stopping.abort();
    await sleeping;
    assert.equal(process.getActiveResourcesInfo().includes('Timeout'), false);
  });
});

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

  it('takes a limit that no timer can hold', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let finish = (_: string): void => {};
    const work = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const limited = within(work, Number.POSITIVE_INFINITY, () => 'late');
    context.mock.timers.tick(monthMs);
    finish('done');
    assert.equal(await limited, 'done');
  });
});
