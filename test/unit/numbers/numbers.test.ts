import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { duration, finiteNumber, wholeNumber } from '../../../src/common/numbers.js';
import { ConfigurationError } from '../../../src/errors.js';

const setting = 'Desk: concurrency';

/** What no setting may be, wherever it comes from, and how it is shown. */
const neverNumbers: readonly (readonly [unknown, RegExp])[] = [
  [Number.NaN, /is NaN\. Is it made from an environment variable that is not set\?$/],
  [-1, /is -1\.$/],
  [Number.NEGATIVE_INFINITY, /is -Infinity\.$/],
  ['10', /is the text '10'\.$/],
  ['x'.repeat(1_000_000), /is the text 'x{40}'\.$/],
  [10n, /is the bigint 10\.$/],
  [null, /is null\.$/],
  [undefined, /is undefined\.$/],
  [{}, /is of type object\.$/],
  [true, /is of type boolean\.$/],
];

for (const [check, more] of [
  [wholeNumber, [1.5, Number.POSITIVE_INFINITY, 2 ** 53]],
  [finiteNumber, [Number.POSITIVE_INFINITY]],
  [duration, []],
] as const) {
  describe(check.name, () => {
    it('T-A4, H-A14: refuses an invalid value with an error that names setting, value and what is allowed', () => {
      for (const [value, words] of neverNumbers) {
        assert.throws(() => check(setting, value), { code: 'CONFIGURATION', message: words });
        assert.throws(() => check(setting, value), /^ConfigurationError: Desk: concurrency must be /);
      }
      for (const value of more) assert.throws(() => check(setting, value), ConfigurationError);
    });

    it('accepts both ends of its bounds and no number beyond', () => {
      const bounds = { min: 1, max: 65_535 };
      assert.equal(check(setting, 1, bounds), 1);
      assert.equal(check(setting, 65_535, bounds), 65_535);
      for (const value of [0, 65_536])
        assert.throws(() => check(setting, value, bounds), /from 1 to 65,535 and is/);
    });
  });
}

describe('duration', () => {
  it('may be Infinity, and a fraction, where there is no longest one', () => {
    assert.equal(duration('Desk: timeoutMs', Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
    assert.equal(duration('Desk: timeoutMs', 0.5), 0.5);
    assert.throws(
      () => duration('Desk: timeoutMs', -1),
      /must be a number of milliseconds from 0 on, or Infinity, and is -1\.$/,
    );
    assert.throws(
      () => duration('Desk: timeoutMs', Number.POSITIVE_INFINITY, { max: 10 }),
      /from 0 to 10 and/,
    );
  });
});
