import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Bell } from '../../../src/scheduler/bell.js';
import { turns } from './threads.js';

describe('Bell', () => {
  it('wakes a waiter, each time anew', async () => {
    const bell = new Bell();
    for (let time = 0; time < 2; time += 1) {
      bell.hush();
      let isAwake = false;
      const waiting = bell.wait().then(() => {
        isAwake = true;
      });
      await turns(3);
      assert.equal(isAwake, false);
      bell.ring();
      await waiting;
    }
  });

  it('keeps a ring for a later waiter until it is hushed', async () => {
    const bell = new Bell();
    bell.ring();
    await bell.wait();
    bell.hush();
    let isAwake = false;
    void bell.wait().then(() => {
      isAwake = true;
    });
    await turns(3);
    assert.equal(isAwake, false);
  });
});
