import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../../support/until.js';

describe('until', () => {
  it('resolves with the first truthy value', async () => {
    let looks = 0;
    const value = await until(() => ++looks >= 3 && `look ${looks}`, { what: 'the third look', everyMs: 1 });
    assert.equal(value, 'look 3');
  });

  it('names what it waited for, the limit and the last value when it is too late', async () => {
    await assert.rejects(
      until(() => 0, { what: 'the queue fills', limitMs: 5, everyMs: 1 }),
      {
        message: 'Waited 5 ms in vain until the queue fills (last seen: 0)',
      },
    );
  });

  it('takes an error for "not yet", and keeps the last one as the cause', async () => {
    const down = new Error('down');
    const waiting = until(() => Promise.reject(down), { what: 'it is up', limitMs: 5, everyMs: 1 });
    await assert.rejects(waiting, (error: Error) => {
      assert.match(error.message, /until it is up \(last error: Error: down\)/);
      assert.equal(error.cause, down);
      return true;
    });
  });
});
