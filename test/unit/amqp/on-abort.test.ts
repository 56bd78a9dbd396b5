import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { onAbort } from '../../../src/amqp/index.js';

describe('onAbort', () => {
  it('T-B11, H-C4: calls all callbacks once, by one listener', () => {
    const abort = new AbortController();
    const told: number[] = [];
    for (let number = 0; number < 100; number++) onAbort(abort.signal, () => told.push(number));
    assert.equal(getEventListeners(abort.signal, 'abort').length, 1);
    abort.abort();
    abort.abort();
    assert.equal(told.length, 100);
  });

  it('does not call a callback that was removed, also while others are called', () => {
    const abort = new AbortController();
    const told: string[] = [];
    onAbort(abort.signal, () => {
      told.push('first');
      takeBack();
    });
    const takeBack = onAbort(abort.signal, () => told.push('second'));
    onAbort(abort.signal, () => told.push('gone'))();
    abort.abort();
    assert.deepEqual(told, ['first']);
  });

  it('leaves no listener behind, and adds a new one for later callbacks', () => {
    const { signal } = new AbortController();
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    onAbort(signal, () => {})();
    assert.equal(listeners(), 0);
    const takeBack = onAbort(signal, () => {});
    assert.equal(listeners(), 1);
    takeBack();
    takeBack();
    assert.equal(listeners(), 0);
  });
});
