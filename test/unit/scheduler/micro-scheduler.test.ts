import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, it } from 'node:test';
import { ExitScheduler, MicroScheduler, type MicroThread, ThreadDone } from '../../../src/scheduler/index.js';
import { countYields, deferred, RecordingThread, Sleeper, turns } from './threads.js';

describe('the rounds of a MicroScheduler', () => {
  it('P-C45: when b exits in round 2, c still has its step, then the scheduler ends', async () => {
    const log: string[] = [];
    const scheduler = schedulerOf(
      new RecordingThread('a', log),
      new RecordingThread('b', log, (step) => throwIf(step === 2, new ExitScheduler())),
      new RecordingThread('c', log),
    );
    await countYields(scheduler.main());
    assert.deepEqual([...log, 'end'], ['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'end']);
  });

  it('P-C45 holds for asynchronous steps, also when the last thread of the round exits', async () => {
    const log: string[] = [];
    const scheduler = schedulerOf(
      new RecordingThread('a', log, async () => {}),
      new RecordingThread('b', log),
      new RecordingThread('c', log, async (step) => throwIf(step === 2, new ExitScheduler())),
    );
    await countYields(scheduler.main());
    assert.deepEqual(log, ['a1', 'b1', 'c1', 'a2', 'b2', 'c2']);
  });

  it('P-C46: a thread that ends itself ends no other; with autoquit the scheduler ends when none is left', async () => {
    const log: string[] = [];
    const scheduler = new MicroScheduler({ autoquit: true });
    scheduler.addMicrothread(new RecordingThread('a', log, (step) => throwIf(step === 1, new ThreadDone())));
    scheduler.addMicrothread(
      new RecordingThread('b', log, async (step) => throwIf(step === 3, new ThreadDone())),
    );
    scheduler.addMicrothread(new RecordingThread('c', log, (step) => throwIf(step === 2, new ThreadDone())));
    await countYields(scheduler.main());
    assert.deepEqual(log, ['a1', 'b1', 'c1', 'b2', 'c2', 'b3']);
  });

  it('P-C46: stop() of one thread ends that thread only', async () => {
    const log: string[] = [];
    const first = new RecordingThread('a', log);
    const scheduler = schedulerOf(first, new RecordingThread('b', log, (step) => stopOrExit(step)));
    const stopOrExit = (step: number): void => {
      if (step === 1) first.stop();
      throwIf(step === 3, new ExitScheduler());
    };
    await countYields(scheduler.main());
    assert.deepEqual(log, ['a1', 'b1', 'b2', 'b3']);
  });

  it('P-B40: yields after each step', async () => {
    const log: string[] = [];
    const rounds = schedulerOf(new RecordingThread('a', log), new RecordingThread('b', log)).main();
    const seen: number[] = [];
    for (let pull = 0; pull < 5; pull += 1) {
      await rounds.next();
      seen.push(log.length);
    }
    assert.deepEqual(seen, [1, 2, 3, 4, 5]);
    await rounds.return(undefined);
  });

  it('P-B40: an empty pool yields, and with autoquit ends after two yields', async () => {
    assert.equal(await countYields(new MicroScheduler({ autoquit: true }).main()), 2);
    assert.deepEqual(await new MicroScheduler().main().next(), { value: undefined, done: false });
  });

  it('P-B40: a thread added during a round joins that round', async () => {
    const log: string[] = [];
    const scheduler = schedulerOf(
      new RecordingThread('a', log, (step) => {
        if (step === 1) scheduler.addMicrothread(new RecordingThread('new', log));
      }),
      new RecordingThread('b', log, (step) => throwIf(step === 2, new ExitScheduler())),
    );
    await countYields(scheduler.main());
    assert.deepEqual(log, ['a1', 'b1', 'new1', 'a2', 'b2', 'new2']);
  });

  it('create() is called once, when the thread is added, and the first step comes when it has resolved', async () => {
    const gate = deferred();
    const log: string[] = [];
    class Slow extends RecordingThread {
      override async create(): Promise<void> {
        this.log.push('create');
        await gate.promise;
        this.log.push('created');
      }
    }
    const scheduler = schedulerOf(
      new Slow('slow', log, (step) => throwIf(step === 2, new ExitScheduler())),
      new RecordingThread('b', log, (step) => {
        if (step === 2) gate.resolve();
      }),
    );
    assert.deepEqual(log, ['create']);
    await countYields(scheduler.main());
    assert.deepEqual(log, ['create', 'b1', 'b2', 'created', 'slow1', 'b3', 'slow2', 'b4']);
  });

  it('a thread whose step is pending holds up no other thread, and goes on when the step has resolved', async () => {
    const gate = deferred();
    const log: string[] = [];
    const scheduler = schedulerOf(
      new RecordingThread('waits', log, () => gate.promise),
      new RecordingThread('b', log, (step) => {
        if (step === 3) gate.resolve();
        throwIf(step === 4, new ExitScheduler());
      }),
    );
    await countYields(scheduler.main());
    assert.deepEqual(log, ['waits1', 'b1', 'b2', 'b3', 'waits2', 'b4']);
  });

  it('a scheduler whose threads all wait does nothing until one of them is ready', async () => {
    const gate = deferred();
    const log: string[] = [];
    const scheduler = schedulerOf(new RecordingThread('a', log, () => gate.promise), new Sleeper());
    let yields = 0;
    const end = (async () => {
      for await (const _ of scheduler.main()) yields += 1;
    })();
    await turns(5);
    const whenIdle = yields;
    await turns(200);
    assert.equal(yields, whenIdle, 'an idle scheduler takes no turns');
    gate.resolve();
    await turns(5);
    assert.ok(log.length > 1, 'the thread went on');
    await scheduler.close();
    await end;
  });

  it('an idle scheduler goes on when a thread is added', async () => {
    const scheduler = new MicroScheduler();
    const end = countYields(scheduler.main());
    await turns(5);
    const log: string[] = [];
    scheduler.addMicrothread(
      new RecordingThread('late', log, (step) => throwIf(step === 2, new ExitScheduler())),
    );
    await end;
    assert.deepEqual(log, ['late1', 'late2']);
  });

  it('threads that are always busy do not starve I/O', async () => {
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      let isHeard = false;
      connect(port, '127.0.0.1')
        .resume()
        .on('end', () => {
          isHeard = true;
        });
      const scheduler = schedulerOf(
        new RecordingThread('busy', [], (step) => {
          throwIf(isHeard, new ExitScheduler());
          throwIf(step === 1_000_000, new Error('The answer never came through.'));
        }),
      );
      const report = await scheduler.run({ signals: false, exit: false });
      assert.equal(report.reason, 'quit');
    } finally {
      server.close();
    }
  });
});

describe('the life of a MicroScheduler', () => {
  it('refuses a thread twice, a stopped thread, and any thread after its own end', async () => {
    const thread = new Sleeper();
    const scheduler = schedulerOf(thread);
    assert.throws(() => scheduler.addMicrothread(thread), {
      code: 'CONFIGURATION',
      message: /in the pool already/,
    });
    const stopped = new Sleeper();
    stopped.stop();
    assert.throws(() => scheduler.addMicrothread(stopped), { code: 'CLOSED', message: /was stopped/ });
    await scheduler.close();
    assert.throws(() => scheduler.addMicrothread(new Sleeper()), /has ended/);
  });

  it('cannot be driven twice at once', async () => {
    const scheduler = schedulerOf(new Sleeper());
    await scheduler.main().next();
    await assert.rejects(scheduler.main().next(), { code: 'CONFIGURATION', message: /running already/ });
    await assert.rejects(scheduler.run({ signals: false, exit: false }), /running already/);
    await scheduler.close();
  });

  it('can be left in the middle of a round and driven on', async () => {
    const log: string[] = [];
    const scheduler = schedulerOf(new RecordingThread('a', log), new RecordingThread('b', log));
    for await (const _ of scheduler.main()) break;
    assert.deepEqual(log, ['a1']);
    for await (const _ of scheduler.main()) if (log.length === 3) break;
    assert.deepEqual(log, ['a1', 'a2', 'b1']);
    await scheduler.close();
  });

  it('ends on stop(), also before it began', async () => {
    const scheduler = schedulerOf(new Sleeper());
    scheduler.stop();
    assert.equal(await countYields(scheduler.main()), 0);
    await scheduler.close();
  });

  it('is closed by `await using`', async () => {
    const thread = new Sleeper();
    {
      await using scheduler = schedulerOf(thread);
      await scheduler.main().next();
    }
    assert.ok(thread.stopSignal.aborted);
  });
});

describe('MicroScheduler as a thread of another', () => {
  it('takes one step of its own round per turn', async () => {
    const log: string[] = [];
    const inner = schedulerOf(new RecordingThread('x', log), new RecordingThread('y', log));
    const outer = schedulerOf(
      inner,
      new RecordingThread('b', log, (step) => throwIf(step === 4, new ExitScheduler())),
    );
    await outer.run({ signals: false, exit: false });
    assert.deepEqual(log, ['x1', 'b1', 'y1', 'b2', 'x2', 'b3', 'y2', 'b4']);
  });

  it('ends alone when one of its threads exits, and its others are drained', async () => {
    const log: string[] = [];
    const left = new Sleeper();
    const exiting = new RecordingThread('x', log, () => throwIf(true, new ExitScheduler()));
    const outer = new MicroScheduler({ autoquit: true });
    outer.addMicrothread(schedulerOf(exiting, left));
    outer.addMicrothread(new RecordingThread('b', log, (step) => throwIf(step === 3, new ThreadDone())));
    const report = await outer.run({ signals: false, exit: false });
    assert.equal(report.reason, 'autoquit');
    assert.equal(report.exitCode, 0);
    assert.deepEqual(log, ['x1', 'b1', 'b2', 'b3']);
    assert.ok(left.stopSignal.aborted);
  });

  it('takes no turns while its threads wait, and hands a failure that ends it to the outer scheduler', async () => {
    const gate = deferred();
    const failure = new Error('inner trouble');
    const inner = new MicroScheduler({ onThreadError: () => {} });
    inner.addMicrothread(new RecordingThread('x', [], () => gate.promise));
    const seen: unknown[] = [];
    const outer = new MicroScheduler({ onThreadError: (error, thread) => seen.push(error, thread) });
    outer.addMicrothread(inner);
    let yields = 0;
    const end = (async () => {
      for await (const _ of outer.main()) yields += 1;
    })();
    await turns(10);
    const whenIdle = yields;
    await turns(200);
    assert.equal(yields, whenIdle);
    gate.reject(failure);
    await end;
    assert.deepEqual(seen, [failure, inner]);
    await outer.close().catch(() => {});
  });
});

function schedulerOf(...threads: readonly MicroThread[]): MicroScheduler {
  const scheduler = new MicroScheduler();
  for (const thread of threads) scheduler.addMicrothread(thread);
  return scheduler;
}

function throwIf(condition: boolean, error: Error): void {
  if (condition) throw error;
}
