import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { watchSignals } from '../../../src/scheduler/signals.js';

describe('watchSignals', () => {
  it('tells the first signal from a second one', (context) => {
    const { heard, clock } = watch(context);
    process.emit('SIGQUIT');
    clock.now += 501;
    process.emit('SIGQUIT');
    assert.deepEqual(heard, ['asked SIGQUIT', 'insisted SIGQUIT']);
  });

  it('takes the same signal within half a second as one', (context) => {
    const { heard, clock } = watch(context);
    process.emit('SIGQUIT');
    clock.now += 500;
    process.emit('SIGQUIT');
    assert.deepEqual(heard, ['asked SIGQUIT']);
  });

  it('takes another signal as a second one at once', (context) => {
    const { heard } = watch(context);
    process.emit('SIGQUIT');
    process.emit('SIGHUP');
    assert.deepEqual(heard, ['asked SIGQUIT', 'insisted SIGHUP']);
  });

  it('leaves no listener behind', (context) => {
    const before = process.listenerCount('SIGQUIT');
    const { heard, unwatch } = watch(context);
    assert.equal(process.listenerCount('SIGQUIT'), before + 1);
    unwatch();
    assert.equal(process.listenerCount('SIGQUIT'), before);
    process.emit('SIGQUIT');
    assert.deepEqual(heard, []);
  });
});

interface Watch {
  readonly heard: string[];
  readonly clock: { now: number };
  readonly unwatch: () => void;
}

function watch(context: TestContext): Watch {
  const heard: string[] = [];
  const clock = { now: 10_000 };
  const unwatch = watchSignals(
    ['SIGQUIT', 'SIGHUP'],
    {
      asked: (signal) => heard.push(`asked ${signal}`),
      insisted: (signal) => heard.push(`insisted ${signal}`),
    },
    () => clock.now,
  );
  context.after(unwatch);
  return { heard, clock, unwatch };
}
