import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReplayGuard } from '../../../src/identity/replay-guard.js';

describe('what has come before', () => {
  it('is known for as long as it could pass once more, and forgotten some time later', () => {
    const guard = new ReplayGuard({ windowMs: 100 });
    // Signed for the end of its window it passes until 200 ms after it came.
    for (const first of [0, 1_000, 1_150, 1_199, 5_000]) {
      assert.equal(guard.isNew(`of ${first}`, first), true);
      for (const later of [1, 99, 200])
        assert.equal(guard.isNew(`of ${first}`, first + later), false, `${first} + ${later}`);
    }
    assert.equal(guard.isNew('of 0', 6_000), true);
  });

  it('is bounded: of more than twice as many as it holds the oldest are forgotten', () => {
    const guard = new ReplayGuard({ windowMs: Infinity, most: 100 });
    for (let at = 0; at < 10_000; at++) assert.equal(guard.isNew(String(at), 0), true);
    for (let at = 9_900; at < 10_000; at++) assert.equal(guard.isNew(String(at), 0), false);
    assert.equal(guard.isNew('0', 0), true);
  });
});
