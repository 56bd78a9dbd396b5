import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { ReadingWatch } from '../../../src/devbroker/server/reading-watch.js';

const MEBIBYTE = 1024 * 1024;

function pass(seconds: number): void {
  for (let second = 0; second < seconds; second += 1) mock.timers.tick(1_000);
}

describe('a client that does not read', () => {
  let waiting: number;
  let isEnded: boolean;
  let watch: ReadingWatch;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    waiting = 1_000;
    isEnded = false;
    watch = new ReadingWatch(
      () => waiting,
      () => {
        isEnded = true;
      },
    );
    watch.begin();
  });

  afterEach(() => mock.timers.reset());

  it('P-20: is ended after 30 seconds, also when more is sent to it meanwhile', () => {
    for (let second = 1; second < 30; second += 1) {
      pass(1);
      watch.begin();
    }
    assert.equal(isEnded, false);
    pass(1);
    assert.equal(isEnded, true);
  });

  it('P-20: is not ended when it takes something every 20 seconds', () => {
    for (let take = 0; take < 10; take += 1) {
      pass(20);
      watch.progressed();
    }
    assert.equal(isEnded, false);
  });

  it('P-20: has 30 seconds for each 4 MiB that are written at once', () => {
    waiting = 12 * MEBIBYTE;
    pass(80);
    assert.equal(isEnded, false);
    pass(10);
    assert.equal(isEnded, true);
  });

  it('P-20: is not looked at any more when it has taken all, until something waits again', () => {
    pass(20);
    waiting = 0;
    pass(10);
    waiting = 1_000;
    pass(60);
    assert.equal(isEnded, false);
    watch.begin();
    pass(30);
    assert.equal(isEnded, true);
  });

  it('is not ended when its connection has ended', () => {
    watch.end();
    pass(60);
    assert.equal(isEnded, false);
  });
});
