import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RestartBudget } from '../../../src/scheduler/restart-policy.js';

describe('RestartBudget', () => {
  it('pauses for 1 s, then twice as long each time, 30 s at most, by default', () => {
    const budget = new RestartBudget({}, () => 0, mostly(1));
    const pauses = Array.from({ length: 7 }, () => budget.spend());
    assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('takes away up to half of a pause by chance', () => {
    assert.equal(new RestartBudget({ minDelayMs: 100 }, () => 0, mostly(0)).spend(), 50);
    assert.equal(new RestartBudget({ minDelayMs: 100 }, () => 0, mostly(0.5)).spend(), 75);
  });

  it('is spent after maxRestarts', () => {
    const budget = new RestartBudget({ maxRestarts: 2 });
    assert.notEqual(budget.spend(), undefined);
    assert.notEqual(budget.spend(), undefined);
    assert.equal(budget.spend(), undefined);
    assert.equal(new RestartBudget({ maxRestarts: 0 }).spend(), undefined);
  });

  it('starts anew after the thread ran for longer than maxDelayMs, and only then', () => {
    let now = 0;
    const budget = new RestartBudget(
      { minDelayMs: 10, maxDelayMs: 1_000, maxRestarts: 3 },
      () => now,
      mostly(1),
    );
    assert.equal(budget.spend(), 10);
    budget.created();
    now += 1_000;
    assert.equal(budget.spend(), 20, 'not long enough');
    budget.created();
    now += 1_001;
    assert.equal(budget.spend(), 10, 'long enough');
    now += 5_000;
    assert.equal(budget.spend(), 20, 'time in which it was not up does not count');
  });

  it('stays at maxDelayMs after very many restarts', () => {
    const budget = new RestartBudget({ maxDelayMs: 5_000 }, () => 0, mostly(1));
    for (let restart = 0; restart < 5_000; restart += 1) budget.spend();
    assert.equal(budget.spend(), 5_000);
  });
});

function mostly(value: number): () => number {
  return () => value;
}
