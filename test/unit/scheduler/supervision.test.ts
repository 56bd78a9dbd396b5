import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ConfigurationError } from '../../../src/errors.js';
import {
  type DrainOptions,
  ExitScheduler,
  MicroScheduler,
  MicroThread,
  type RestartPolicy,
  ThreadDone,
  type ThreadErrorInfo,
} from '../../../src/scheduler/index.js';
import { deferred, RecordingThread, Sleeper, turns } from './threads.js';

const ALONE = { signals: false, exit: false } as const;

/** Fails in create() or step() as often as it is told to, then waits. */
class Unsteady extends MicroThread {
  override readonly restartPolicy: RestartPolicy;
  creations = 0;

  constructor(
    readonly failures: { create?: number; step?: number },
    restartPolicy: RestartPolicy = {},
  ) {
    super();
    this.restartPolicy = restartPolicy;
  }

  override async create(): Promise<void> {
    this.creations += 1;
    if (this.creations <= (this.failures.create ?? 0)) throw new Error(`create ${this.creations}`);
  }

  override step(): Promise<void> {
    if (this.creations <= (this.failures.step ?? 0)) throw new Error(`step ${this.creations}`);
    return new Promise(() => {});
  }
}

describe('a thread that fails', () => {
  it('is reported and leaves, and the others go on', async () => {
    const log: string[] = [];
    const seen = collector();
    const bad = new RecordingThread('bad', log, (step) => throwIf(step === 2, new Error('bad step')));
    const worse = new RecordingThread('worse', log, async () => Promise.reject(new Error('worse step')));
    const good = new RecordingThread('good', log, (step) => throwIf(step === 4, new ExitScheduler()));
    const report = await schedulerOf(seen, bad, worse, good).run(ALONE);
    assert.deepEqual(seen.messages, ['worse step', 'bad step']);
    assert.deepEqual(seen.threads, [worse, bad]);
    assert.deepEqual(log, ['bad1', 'worse1', 'good1', 'bad2', 'good2', 'good3', 'good4']);
    assert.equal(report.failures, 2);
    assert.equal(report.exitCode, 1);
    assert.equal((report.error as Error).message, 'worse step');
  });

  it('ends the scheduler when it was the last', async () => {
    const seen = collector();
    const report = await schedulerOf(
      seen,
      new RecordingThread('a', [], () => throwIf(true, new Error('alone'))),
    ).run(ALONE);
    assert.equal(report.reason, 'failure');
    assert.equal(report.exitCode, 1);
    assert.deepEqual(seen.messages, ['alone']);
  });

  for (const manner of ['sync', 'async'] as const) {
    it(`ends the scheduler when it was there from the start and its ${manner} create() failed`, async () => {
      const seen = collector();
      const other = new Sleeper();
      const report = await schedulerOf(seen, new FailsToStart(manner), other).run(ALONE);
      assert.equal(report.reason, 'failure');
      assert.equal(report.exitCode, 1);
      assert.equal(report.drained, true);
      assert.deepEqual(seen.infos, [{ phase: 'create' }]);
      assert.ok(other.stopSignal.aborted, 'the other thread was asked to end');
    });

    it(`does not end the scheduler when it was added later and its ${manner} create() failed`, async () => {
      const seen = collector();
      const scheduler = schedulerOf(
        seen,
        new RecordingThread('host', [], (step) => {
          if (step === 1) scheduler.addMicrothread(new FailsToStart(manner));
          throwIf(step === 5, new ExitScheduler());
        }),
      );
      const report = await scheduler.run(ALONE);
      assert.equal(report.reason, 'quit');
      assert.equal(report.failures, 1);
      assert.deepEqual(seen.messages, ['cannot start']);
    });
  }

  it('is reported on stderr when onThreadError itself throws', async (context) => {
    const lines = captureStderr(context);
    const scheduler = new MicroScheduler({
      onThreadError() {
        throw Object.assign(new Error('the listener is broken'), { code: 'LISTENER' });
      },
    });
    const error = Object.assign(new Error('no broker'), { code: 'CONNECT_FAILED' });
    scheduler.addMicrothread(new RecordingThread('a', [], () => throwIf(true, error)));
    await scheduler.run(ALONE);
    assert.deepEqual(lines, [
      'RecordingThread failed: no broker\n',
      'RecordingThread failed: the listener is broken\n',
    ]);
  });

  it('is not stepped again, and never counted twice, when its drain fails too', async () => {
    const seen = collector();
    class Hopeless extends FailsToStart {
      override async drain(): Promise<void> {
        throw new Error('was never up');
      }
    }
    const report = await schedulerOf(seen, new Hopeless('async')).run(ALONE);
    assert.deepEqual(seen.messages, ['cannot start']);
    assert.equal(report.failures, 1);
  });
});

describe('a thread with a restart policy', () => {
  it('is created again after a growing pause, and reported each time', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    context.mock.method(Math, 'random', () => 1);
    const seen = collector();
    const thread = new Unsteady({ create: 2, step: 3 }, { minDelayMs: 100, factor: 3, maxDelayMs: 1_000 });
    const scheduler = schedulerOf(seen, thread);
    const end = scheduler.run(ALONE);
    for (const pauseMs of [100, 300, 900]) {
      await turns(5);
      const before = thread.creations;
      context.mock.timers.tick(pauseMs - 1);
      await turns(5);
      assert.equal(thread.creations, before, 'not before the pause is over');
      context.mock.timers.tick(1);
      await turns(5);
      assert.equal(thread.creations, before + 1);
    }
    scheduler.stop();
    const report = await end;
    assert.deepEqual(seen.infos, [
      { phase: 'create', restartInMs: 100 },
      { phase: 'create', restartInMs: 300 },
      { phase: 'step', restartInMs: 900 },
    ]);
    assert.equal(report.exitCode, 0);
  });

  it('has failed for good when its restarts are used up', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const seen = collector();
    const thread = new Unsteady({ step: 99 }, { minDelayMs: 10, maxRestarts: 2 });
    const end = schedulerOf(seen, thread).run(ALONE);
    for (let restart = 0; restart < 2; restart += 1) {
      await turns(5);
      context.mock.timers.tick(10_000);
    }
    const report = await end;
    assert.equal(thread.creations, 3);
    assert.deepEqual(seen.messages, ['step 1', 'step 2', 'step 3']);
    assert.deepEqual(seen.infos.at(-1), { phase: 'step' });
    assert.equal(report.reason, 'failure');
    assert.equal(report.failures, 1);
  });

  it('H-A8: is not created again for a setting that cannot be used', async () => {
    const seen = collector();
    class Wrong extends Unsteady {
      override async create(): Promise<void> {
        this.creations += 1;
        throw new ConfigurationError('Wrong: concurrency must be a number');
      }
    }
    const thread = new Wrong({}, { minDelayMs: 1 });
    const report = await schedulerOf(seen, thread).run(ALONE);
    assert.deepEqual(seen.messages, ['Wrong: concurrency must be a number']);
    assert.deepEqual([report.reason, report.failures, thread.creations], ['failure', 1, 1]);
  });

  it('has its restarts back after it ran for long', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let now = 0;
    context.mock.method(performance, 'now', () => now);
    const failNow: ((error: unknown) => void)[] = [];
    class Lasting extends MicroThread {
      override readonly restartPolicy = { maxDelayMs: 1_000, maxRestarts: 1 };
      override step(): Promise<void> {
        const { promise, reject } = deferred();
        failNow.push(reject);
        return promise;
      }
    }
    const end = schedulerOf(collector(), new Lasting()).run(ALONE);
    for (const ranForMs of [500, 1_001, 500]) {
      await turns(5);
      now += ranForMs;
      failNow.at(-1)?.(new Error('failed'));
      await turns(5);
      context.mock.timers.tick(1_000);
    }
    assert.equal((await end).reason, 'failure');
    assert.equal(failNow.length, 3);
  });

  it('is not created again once it was stopped in its pause', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const thread = new Unsteady({ create: 99 });
    const scheduler = schedulerOf(collector(), thread, new Sleeper());
    const end = scheduler.run(ALONE);
    await turns(5);
    thread.stop();
    context.mock.timers.tick(60_000);
    await turns(5);
    assert.equal(thread.creations, 1);
    scheduler.stop();
    await end;
  });
});

describe('a thread that leaves', () => {
  const ways: Record<string, (thread: MicroThread, scheduler: MicroScheduler) => void> = {
    'by ThreadDone': () => throwIf(true, new ThreadDone()),
    'by a failure': () => throwIf(true, new Error('failed')),
    'by ExitScheduler': () => throwIf(true, new ExitScheduler()),
    'by stop()': (thread) => thread.stop(),
    'by the end of the scheduler': (_, scheduler) => scheduler.stop(),
  };
  for (const [way, act] of Object.entries(ways)) {
    it(`${way} is stopped and drained once, with the time limit`, async () => {
      const calls: unknown[] = [];
      class Tidy extends MicroThread {
        override step(): void {
          act(this, scheduler);
        }
        override stop(): void {
          calls.push('stop');
          super.stop();
        }
        override async drain(options: DrainOptions): Promise<void> {
          calls.push(options);
        }
      }
      const scheduler = new MicroScheduler({
        autoquit: true,
        drainTimeoutMs: 4_321,
        onThreadError: () => {},
      });
      scheduler.addMicrothread(new Tidy());
      await scheduler.run(ALONE);
      await scheduler.close();
      // Less than the scheduler's own limit, so that the thread can say what it has not finished.
      assert.deepEqual(calls, ['stop', { timeoutMs: 4_321 - 432.1 }]);
    });
  }

  it('N-15: is given so much time by default that its end fits into the 10 s of `docker stop`', async () => {
    const given: number[] = [];
    class Leaving extends MicroThread {
      override step(): Promise<void> {
        return new Promise(() => {});
      }
      override async drain({ timeoutMs }: DrainOptions): Promise<void> {
        given.push(timeoutMs);
      }
    }
    const scheduler = new MicroScheduler();
    scheduler.addMicrothread(new Leaving());
    await scheduler.close();
    // Two seconds are left for connections to be closed in, whatever their broker does.
    assert.deepEqual(given, [7_500]);
  });

  it('is waited for by run(), also when it left long before the end', async () => {
    const gate = deferred();
    let isOver = false;
    class Slow extends RecordingThread {
      override drain(): Promise<void> {
        return gate.promise;
      }
    }
    const scheduler = new MicroScheduler({ autoquit: true });
    scheduler.addMicrothread(new Slow('slow', [], () => throwIf(true, new ThreadDone())));
    const end = scheduler.run(ALONE).then((report) => {
      isOver = true;
      return report;
    });
    await turns(20);
    assert.equal(isOver, false);
    gate.resolve();
    assert.equal((await end).exitCode, 0);
  });

  it('drains side by side with the others', async () => {
    const gates = [deferred(), deferred()];
    let begun = 0;
    const draining = gates.map(({ promise }) => {
      class Slow extends Sleeper {
        override drain(): Promise<void> {
          begun += 1;
          return promise;
        }
      }
      return new Slow();
    });
    const scheduler = schedulerOf(collector(), ...draining);
    const end = scheduler.run(ALONE);
    scheduler.stop();
    await turns(5);
    assert.equal(begun, 2);
    for (const gate of gates) gate.resolve();
    assert.equal((await end).drained, true);
  });

  it('is given up when its drain takes too long, and the run fails', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const seen = collector();
    class Stuck extends Sleeper {
      override drain(): Promise<void> {
        return new Promise(() => {});
      }
    }
    const scheduler = new MicroScheduler({ drainTimeoutMs: 2_000, onThreadError: seen.listen });
    scheduler.addMicrothread(new Stuck());
    const end = scheduler.run(ALONE);
    scheduler.stop();
    await turns(5);
    context.mock.timers.tick(2_000);
    const report = await end;
    assert.equal(report.exitCode, 1);
    assert.equal(report.drained, false);
    assert.equal(report.failures, 0);
    assert.deepEqual(seen.messages, ['Stuck was still busy 2000 ms after it was asked to end']);
    assert.deepEqual(seen.infos, [{ phase: 'drain' }]);
    assert.equal((seen.errors[0] as { code?: string }).code, 'DRAIN_INCOMPLETE');
  });

  it('while create() runs is drained after that, never in the middle of it', async () => {
    const gate = deferred();
    const log: string[] = [];
    class Connecting extends MicroThread {
      override async create(): Promise<void> {
        await gate.promise;
        log.push('created');
      }
      override step(): void {
        log.push('step');
      }
      override async drain(): Promise<void> {
        log.push('drained');
      }
    }
    const scheduler = schedulerOf(collector(), new Connecting());
    const end = scheduler.run(ALONE);
    scheduler.stop();
    await turns(5);
    assert.deepEqual(log, []);
    gate.resolve();
    await end;
    assert.deepEqual(log, ['created', 'drained']);
  });

  it('may end its wait with the abort of its stop signal; any other error is still told', async () => {
    const seen = collector();
    const gate = deferred();
    const wrapped = new Error('gave up', { cause: undefined });
    class Wrapping extends Sleeper {
      override step(): Promise<void> {
        return super.step().catch((reason: unknown) => {
          wrapped.cause = reason;
          throw wrapped;
        });
      }
    }
    const late = new RecordingThread('late', [], () => gate.promise);
    const scheduler = schedulerOf(seen, new Sleeper(), new Wrapping(), late);
    const end = scheduler.run(ALONE);
    await turns(3);
    scheduler.stop();
    assert.equal((await end).exitCode, 0);
    assert.deepEqual(seen.messages, []);
    gate.reject(new Error('too late'));
    await turns(3);
    assert.deepEqual(seen.messages, ['too late']);
  });

  it('still ends the scheduler by an ExitScheduler that it throws after its stop()', async () => {
    const gate = deferred();
    class Quitter extends MicroThread {
      override step(): Promise<void> {
        this.stop();
        return gate.promise;
      }
    }
    const scheduler = schedulerOf(collector(), new Quitter(), new Sleeper());
    const end = scheduler.run(ALONE);
    await turns(3);
    gate.reject(new ExitScheduler());
    assert.equal((await end).reason, 'quit');
  });

  it('may have an asynchronous stop(), whose failure is told as one of the drain', async () => {
    const seen = collector();
    class BadStop extends Sleeper {
      override async stop(): Promise<void> {
        super.stop();
        throw new Error('cannot stop');
      }
    }
    const scheduler = schedulerOf(seen, new BadStop());
    scheduler.stop();
    const report = await scheduler.run(ALONE);
    assert.equal(report.exitCode, 1);
    assert.deepEqual(seen.messages, ['cannot stop']);
  });
});

/** A thread that cannot start. */
class FailsToStart extends MicroThread {
  constructor(readonly manner: 'sync' | 'async') {
    super();
  }

  override create(): void | Promise<void> {
    const error = new Error('cannot start');
    if (this.manner === 'async') return Promise.reject(error);
    throw error;
  }

  override step(): void {
    assert.fail('a thread that was not created takes no step');
  }
}

interface Collector {
  readonly errors: unknown[];
  readonly threads: MicroThread[];
  readonly infos: ThreadErrorInfo[];
  readonly messages: string[];
  readonly listen: (error: unknown, thread: MicroThread, info: ThreadErrorInfo) => void;
}

function collector(): Collector {
  const seen = { errors: [] as unknown[], threads: [] as MicroThread[], infos: [] as ThreadErrorInfo[] };
  return {
    ...seen,
    get messages() {
      return seen.errors.map((error) => (error as Error).message);
    },
    listen(error, thread, info) {
      seen.errors.push(error);
      seen.threads.push(thread);
      seen.infos.push(info);
    },
  };
}

function schedulerOf(seen: Collector, ...threads: readonly MicroThread[]): MicroScheduler {
  const scheduler = new MicroScheduler({ onThreadError: seen.listen });
  for (const thread of threads) scheduler.addMicrothread(thread);
  return scheduler;
}

function captureStderr(context: TestContext): string[] {
  const lines: string[] = [];
  context.mock.method(process.stderr, 'write', (text: string) => lines.push(text) > 0);
  return lines;
}

function throwIf(condition: boolean, error: Error): void {
  if (condition) throw error;
}
