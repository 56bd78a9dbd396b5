import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import fc from 'fast-check';
import { Deadlines } from '../../../src/amqp/index.js';

/** Nothing is there to be read. */
const atOnce = (callback: () => void): void => callback();

/** Time stands still but for `pass`. */
let now = 0;

function pass(ms: number): void {
  for (let each = 0; each < ms; each++) {
    now++;
    mock.timers.tick(1);
  }
}

function startClock(): void {
  now = 1_000;
  mock.timers.enable({ apis: ['setTimeout'] });
  mock.method(performance, 'now', () => now);
}

function stopClock(): void {
  mock.timers.reset();
  mock.restoreAll();
}

describe('deadlines', () => {
  beforeEach(startClock);
  afterEach(stopClock);

  it('pass when their time is over, not before, and once', () => {
    const passed: string[] = [];
    new Deadlines(atOnce).set(10, () => passed.push('a'));
    pass(9);
    assert.deepEqual(passed, []);
    pass(1);
    assert.deepEqual(passed, ['a']);
    pass(100);
    assert.deepEqual(passed, ['a']);
  });

  it('of one length pass in their order, each at its own time', () => {
    const deadlines = new Deadlines(atOnce);
    const passed: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      deadlines.set(10, () => passed.push(`${name}@${now}`));
      pass(3);
    }
    pass(20);
    assert.deepEqual(passed, ['a@1010', 'b@1013', 'c@1016']);
  });

  it('of different lengths do not wait for each other', () => {
    const deadlines = new Deadlines(atOnce);
    const passed: string[] = [];
    deadlines.set(20, () => passed.push('long'));
    deadlines.set(5, () => passed.push('short'));
    pass(5);
    assert.deepEqual(passed, ['short']);
    pass(15);
    assert.deepEqual(passed, ['short', 'long']);
  });

  it('do not pass once they are cancelled; cancelling twice, or too late, changes nothing', () => {
    const deadlines = new Deadlines(atOnce);
    const passed: string[] = [];
    const [first, , third] = ['a', 'b', 'c'].map((name) => deadlines.set(10, () => passed.push(name)));
    first?.cancel();
    first?.cancel();
    third?.cancel();
    pass(10);
    assert.deepEqual(passed, ['b']);
    third?.cancel();
    deadlines.set(10, () => passed.push('d'));
    pass(10);
    assert.deepEqual(passed, ['b', 'd']);
  });

  it('may be set and cancelled by the callbacks of others', () => {
    const deadlines = new Deadlines(atOnce);
    const passed: string[] = [];
    deadlines.set(10, () => {
      passed.push('a');
      other.cancel();
      deadlines.set(10, () => passed.push(`again@${now}`));
    });
    const other = deadlines.set(10, () => passed.push('other'));
    pass(30);
    assert.deepEqual(passed, ['a', 'again@1020']);
  });

  it('of no length pass on the next occasion, not at once', () => {
    let passed = false;
    new Deadlines(atOnce).set(0, () => {
      passed = true;
    });
    assert.equal(passed, false);
    pass(1);
    assert.equal(passed, true);
  });

  it('may be further away than a timer reaches, or never come', () => {
    const deadlines = new Deadlines(atOnce);
    const passed: number[] = [];
    const timeout = mock.method(globalThis, 'setTimeout');
    for (const length of [2 ** 31, 2 ** 40, Number.POSITIVE_INFINITY]) {
      deadlines.set(length, () => passed.push(length));
    }
    pass(1_000);
    assert.deepEqual(passed, []);
    assert.equal(timeout.mock.callCount(), 3, 'no timer ran over and was set again');
    for (const { arguments: args } of timeout.mock.calls) assert.ok(Number(args[1]) < 2 ** 31);
  });

  it('pass as in a simple model, whatever is set and cancelled', () => {
    const step = fc.oneof(
      fc.record({ set: fc.constantFrom(1, 5, 5, 20) }),
      fc.record({ cancel: fc.nat(30) }),
      fc.record({ pass: fc.integer({ min: 1, max: 8 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const deadlines = new Deadlines(atOnce);
        const made: { due: number; cancelled: boolean; passedAt?: number; cancel(): void }[] = [];
        for (const each of steps) {
          if ('set' in each) {
            const one = { due: now + each.set, cancelled: false, cancel: () => {} };
            const deadline = deadlines.set(each.set, () => Object.assign(one, { passedAt: now }));
            one.cancel = () => deadline.cancel();
            made.push(one);
          } else if ('cancel' in each) {
            const one = made[each.cancel];
            one?.cancel();
            if (one && one.passedAt === undefined) one.cancelled = true;
          } else pass(each.pass);
        }
        pass(25);
        for (const { due, cancelled, passedAt } of made) assert.equal(passedAt, cancelled ? undefined : due);
      }),
    );
  });
});

describe('the timers of deadlines', () => {
  it('are one for each length, and do not keep the process alive', () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
    const before = timers();
    const deadlines = new Deadlines();
    for (let each = 0; each < 1_000; each++) deadlines.set(60_000, () => {});
    assert.equal(timers(), before, 'a timer that is unref’d is not listed');
  });
});
