import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { watchSignals } from '../../../src/scheduler/signals.js';

describe('watchSignals', () => {
  it('tells the first signal from a second one', (context) => {
    const { heard, clock } = watch(context);
    process.emit('SIGUSR2');
    clock.now += 501;
    process.emit('SIGUSR2');
    assert.deepEqual(heard, ['asked SIGUSR2', 'insisted SIGUSR2']);
  });

  it('takes the same signal within half a second as one', (context) => {
    const { heard, clock } = watch(context);
    process.emit('SIGUSR2');
    clock.now += 500;
    process.emit('SIGUSR2');
    assert.deepEqual(heard, ['asked SIGUSR2']);
  });

  it('takes another signal as a second one at once', (context) => {
    const { heard } = watch(context);
    process.emit('SIGUSR2');
    process.emit('SIGHUP');
    assert.deepEqual(heard, ['asked SIGUSR2', 'insisted SIGHUP']);
  });

  it('leaves no listener behind', (context) => {
    const before = process.listenerCount('SIGUSR2');
    const { heard, unwatch } = watch(context);
    assert.equal(process.listenerCount('SIGUSR2'), before + 1);
    unwatch();
    assert.equal(process.listenerCount('SIGUSR2'), before);
    process.emit('SIGUSR2');
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
    ['SIGUSR2', 'SIGHUP'],
    {
      asked: (signal) => heard.push(`asked ${signal}`),
      insisted: (signal) => heard.push(`insisted ${signal}`),
    },
    () => clock.now,
  );
  context.after(unwatch);
  return { heard, clock, unwatch };
}
