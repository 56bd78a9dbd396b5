import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAtLeast, lineOf, PROMISED } from '../../support/rabbitmq-version.js';

describe('versions of RabbitMQ', () => {
  it('belong to a line', () => {
    assert.equal(lineOf('3.10.8'), '3.10');
    assert.equal(lineOf('4.3.6'), '4.3');
    assert.equal(lineOf('4.2.0-rc.1'), '4.2');
    assert.equal(lineOf('4.0'), '4.0');
    for (const none of ['', '4', 'v4.0', '4.x', 'latest', '4.3beta'])
      assert.equal(lineOf(none), undefined, none);
  });

  it('are compared by number', () => {
    assert.ok(isAtLeast('3.10', '3.9'));
    assert.ok(isAtLeast('4.0', '3.13'));
    assert.ok(isAtLeast('4.3', '4.3'));
    assert.ok(!isAtLeast('3.10', '4.0'));
    assert.ok(!isAtLeast('4.2', '4.3'));
  });

  it('that are promised stand in order', () => {
    assert.deepEqual(PROMISED, ['3.10', '4.0', '4.3']);
  });
});
