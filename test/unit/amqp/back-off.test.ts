import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { delayBefore, reconnectBackOff } from '../../../src/amqp/common/back-off.js';

describe('back-off', () => {
  it('doubles from the first delay to the last, and never exceeds it', (t) => {
    t.mock.method(Math, 'random', () => 0.999_999_999);
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 2_000].map((attempt) =>
      Math.round(delayBefore(attempt, reconnectBackOff)),
    );
    assert.deepEqual(delays, [100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000, 3_000, 3_000, 3_000]);
  });

  it('takes up to a quarter off, so that a fleet does not come back at once', (t) => {
    t.mock.method(Math, 'random', () => 0);
    assert.equal(delayBefore(1, reconnectBackOff), 75);
    assert.equal(delayBefore(50, reconnectBackOff), 2_250);
  });

  it('stays within its bounds, whatever the numbers', () => {
    const backOff = fc.record({
      initialMs: fc.integer({ min: 1, max: 10_000 }),
      maxMs: fc.integer({ min: 1, max: 100_000 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), backOff, (attempt, { initialMs, maxMs }) => {
        const delay = delayBefore(attempt, { initialMs, maxMs });
        const full = Math.min(maxMs, initialMs * 2 ** (attempt - 1));
        assert.ok(delay >= full * 0.75 && delay <= full, `${delay} is not within a quarter below ${full}`);
      }),
    );
  });
});
