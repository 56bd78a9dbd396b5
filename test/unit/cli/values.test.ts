import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { count, milliseconds, rate, time } from '../../../src/cli/values.js';

describe('a value on the command line', () => {
  it('is a time', () => {
    const times = ['250ms', '10s', '1.5m', '1h', '2d'].map(time);
    assert.deepEqual(times, [250, 10_000, 90_000, 3_600_000, 172_800_000]);
    for (const text of ['', '10', 's', '-1s', '1 s', '1w', '1e3s', 'Infinityms']) {
      assert.equal(milliseconds(text), undefined, text);
      assert.throws(() => time(text), /Not a time: .* 250ms, 10s, 5m, 1h or 2d/, text);
    }
  });

  it('is a rate, and becomes the time between two', () => {
    assert.deepEqual(['5/s', '100/m', '1000/h'].map(rate), [200, 600, 3_600]);
    for (const text of ['', '5', '0/s', '/s', '5/d', '-1/s', '1.5/s'])
      assert.throws(() => rate(text), /Not a rate: .* 5\/s, 100\/m or 1000\/h/, text);
  });

  it('is a count', () => {
    assert.equal(count('12'), 12);
    for (const text of ['', '0', '-1', '1.5', 'x']) assert.throws(() => count(text), /Not a count/, text);
  });
});
