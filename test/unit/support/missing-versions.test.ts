import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatMissing, missingIsRed } from '../../support/missing-versions.js';

describe('a version that could not be had', () => {
  it('is one line, whatever its reason', () => {
    const missing = { version: '4.3', groups: ['broker', 'faults'], reason: 'apt said:\n  no' };
    assert.deepEqual(formatMissing([missing]), [
      '✖ NOT TESTED on RabbitMQ 4.3: broker, faults. apt said: no',
    ]);
    assert.deepEqual(formatMissing([]), []);
  });

  it('is red under CI only', () => {
    assert.equal(missingIsRed({ CI: 'true' }), true);
    assert.equal(missingIsRed({ CI: '1' }), true);
    assert.equal(missingIsRed({ CI: 'false' }), false);
    assert.equal(missingIsRed({ CI: '' }), false);
    assert.equal(missingIsRed({}), false);
  });
});
