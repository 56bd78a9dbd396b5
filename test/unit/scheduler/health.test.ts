import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MicroScheduler, MicroThread, type ThreadHealth } from '../../../src/scheduler/index.js';
import { RecordingThread, Sleeper, turns } from './threads.js';

/** Says of its health what it is told to say. */
class Patient extends MicroThread {
  constructor(readonly tell: () => ThreadHealth | Promise<ThreadHealth>) {
    super();
  }

  override step(): Promise<void> {
    return new Promise((_, reject) =>
      this.stopSignal.addEventListener('abort', () => reject(this.stopSignal.reason)),
    );
  }

  override async health(): Promise<ThreadHealth> {
    return await this.tell();
  }
}

/** A scheduler that runs these, ended after the test. */
async function running(t: { after(end: () => Promise<unknown>): void }, threads: readonly MicroThread[]) {
  const scheduler = new MicroScheduler({ onThreadError: () => {} });
  for (const thread of threads) scheduler.addMicrothread(thread);
  const ended = scheduler.run({ signals: false, exit: false });
  t.after(() => {
    scheduler.stop();
    return ended;
  });
  await turns(5);
  return scheduler;
}

describe('the health of a scheduler', () => {
  it('is not well before it runs, and not after', async () => {
    const scheduler = new MicroScheduler();
    assert.equal((await scheduler.health()).ok, false);
    const ended = scheduler.run({ signals: false, exit: false });
    assert.equal((await scheduler.health()).ok, true);
    scheduler.stop();
    await ended;
    assert.equal((await scheduler.health()).ok, false);
  });

  it('is well when all threads that report health are well, and has their reports', async (t) => {
    const detail = { ok: true, queues: 3 };
    const scheduler = await running(t, [new Patient(() => detail), new Sleeper()]);
    assert.deepEqual(await scheduler.health(), {
      ok: true,
      failures: 0,
      threads: [{ name: 'Patient', ...detail }],
    });
  });

  it('is not well when one thread is not', async (t) => {
    const scheduler = await running(t, [
      new Patient(() => ({ ok: true })),
      new Patient(() => ({ ok: false })),
    ]);
    const { ok, threads } = await scheduler.health();
    assert.deepEqual([ok, threads.map((thread) => thread.ok)], [false, [true, false]]);
  });

  for (const [how, tell] of [
    ['throws', () => assert.fail('it cannot tell')],
    ['rejects', () => Promise.reject(new Error('it cannot tell'))],
  ] as const) {
    it(`is not well when one thread ${how} instead of reporting`, async (t) => {
      const scheduler = await running(t, [new Patient(tell)]);
      assert.equal((await scheduler.health()).ok, false);
    });
  }

  it('is not well any more after a thread has failed for good, though the others are', async (t) => {
    const failing = new RecordingThread('failing', [], () => assert.fail('it is broken'));
    const scheduler = await running(t, [failing, new Patient(() => ({ ok: true }))]);
    const { ok, failures, threads } = await scheduler.health();
    assert.deepEqual([ok, failures, threads.length], [false, 1, 1]);
  });
});
