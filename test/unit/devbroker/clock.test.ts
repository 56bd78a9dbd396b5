import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BrokerClock } from '../../../src/devbroker/common/clock.js';
import { until } from '../../support/until.js';

describe('the clock of the broker', () => {
  it('fires what is due in order of time, each at its own time', () => {
    const clock = new BrokerClock();
    clock.freeze();
    const start = clock.now();
    const fired: (readonly [string, number])[] = [];
    const note = (name: string) => () => fired.push([name, clock.now() - start]);
    clock.after(3_600_000, note('hour'));
    clock.after(10, note('first'));
    clock.after(10, note('second'));
    clock.after(5, () => clock.after(2, note('nested')));
    clock.advance(3_600_000);
    assert.deepEqual(fired, [
      ['nested', 7],
      ['first', 10],
      ['second', 10],
      ['hour', 3_600_000],
    ]);
    assert.equal(clock.now() - start, 3_600_000);
  });

  it('does not fire what was cancelled, nor what is not due', () => {
    const clock = new BrokerClock();
    clock.freeze();
    let fired = 0;
    clock.after(10, () => fired++).cancel();
    clock.after(11, () => fired++);
    clock.advance(10);
    assert.equal(fired, 0);
    clock.advance(1);
    assert.equal(fired, 1);
  });

  it('runs by itself while it is not frozen, ahead by what it was advanced', async () => {
    const clock = new BrokerClock();
    clock.advance(60_000);
    assert.ok(clock.now() >= Date.now() + 59_000);
    let fired = false;
    clock.after(5, () => {
      fired = true;
    });
    await until(() => fired, { what: 'the timer' });
  });

  it('fires nothing once stopped', () => {
    const clock = new BrokerClock();
    clock.freeze();
    clock.after(1, () => assert.fail('fired'));
    clock.stop();
    clock.advance(10);
  });
});
