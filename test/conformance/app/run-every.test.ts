import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { App } from 'waybill/app';
import { Gate } from '../../support/stage/gate.js';
import { until } from '../../support/until.js';
import { isWrongKind, type Log, recordingLog, waitForLength } from './app-stage.js';

function newApp(t: TestContext): { readonly app: App; readonly log: Log } {
  const log = recordingLog();
  const app = new App({ logger: log });
  t.after(() => app.close().catch(() => {}));
  return { app, log };
}

/** Resolves when so much time has passed for sure. */
async function pass(ms: number): Promise<void> {
  const end = performance.now() + ms;
  await until(() => performance.now() >= end, { what: `${ms} ms have passed` });
}

describe('a task that an app repeats', () => {
  it('begins when the app has started, and comes again at each beat, with the app', async (t) => {
    const { app } = newApp(t);
    const given: unknown[] = [];
    app.runOnStartup(() => given.push('hook'));
    app.runEvery(10)((own) => given.push(own));
    await app.start();
    await waitForLength(given, 4);
    assert.deepEqual(given.slice(0, 4), ['hook', app, app, app]);
  });

  it('S-F1: runs once at each beat', async (t) => {
    const { app } = newApp(t);
    const intervalMs = 5;
    const begun = performance.now();
    const tooMany: string[] = [];
    let runs = 0;
    app.runEvery(intervalMs)(() => {
      runs++;
      // However late a run is: there have been no more beats than this.
      const beats = Math.floor((performance.now() - begun) / intervalMs) + 1;
      if (runs > beats) tooMany.push(`run ${runs} in beat ${beats}`);
    });
    await app.start();
    await until(() => runs >= 200, { what: 'it has run 200 times' });
    assert.deepEqual(tooMany, []);
  });

  it('S-F2: runs once at its start, where the next beat is in months', async (t) => {
    const { app } = newApp(t);
    const runs = { month: 0, short: 0 };
    app.runEvery(30 * 86_400_000)(() => void runs.month++);
    app.runEvery(5)(() => void runs.short++);
    await app.start();
    await until(() => runs.short >= 20, { what: 'others have run often' });
    assert.equal(runs.month, 1);
  });

  it('AW-C30: is never run twice at once; intervals that pass meanwhile are left out', async (t) => {
    const { app } = newApp(t);
    const gates: Gate[] = [];
    let running = 0;
    let most = 0;
    app.runEvery(20)(async () => {
      const gate = new Gate();
      gates.push(gate);
      most = Math.max(most, ++running);
      await gate.opened;
      running--;
    });
    await app.start();
    for (const run of [1, 2, 3]) {
      await waitForLength(gates, run);
      await pass(100);
      assert.equal(gates.length, run, 'one more has begun before this one has ended');
      gates[run - 1]?.open();
    }
    await waitForLength(gates, 4);
    assert.equal(most, 1);
    app.stop();
    gates[3]?.open();
  });

  it('AW-C31: runs again after it has thrown, and the error is logged', async (t) => {
    const { app, log } = newApp(t);
    let runs = 0;
    app.runEvery(5)(async function tidyUp() {
      runs++;
      throw new Error('planned by a test');
    });
    await app.start();
    await until(() => runs >= 3, { what: 'it has run three times' });
    await waitForLength(log.errors, 2);
    assert.match(String(log.errors[0]), /^app: tidyUp failed: Error: planned by a test/);
  });

  it('AW-C32: is run at once as often as maxConcurrency says, no more', async (t) => {
    const { app } = newApp(t);
    const gate = new Gate();
    let runs = 0;
    app.runEvery(5, { maxConcurrency: 2 })(async () => {
      runs++;
      await gate.opened;
    });
    await app.start();
    await until(() => runs === 2, { what: 'two run' });
    await pass(60);
    assert.equal(runs, 2);
    gate.open();
    await until(() => runs > 2, { what: 'it goes on' });
  });

  it('ends with its app: at once between two runs, else after its run, whose signal is aborted in the end', async (t) => {
    const resting = newApp(t).app;
    resting.runEvery(600_000)(() => {});
    await resting.start();
    await resting.close();

    const { app } = newApp(t);
    const gate = new Gate();
    const events: string[] = [];
    app.runEvery(5)(async () => {
      events.push('begins');
      await gate.opened;
      events.push('ends');
    });
    await app.start();
    await waitForLength(events, 1);
    const closing = app.close();
    gate.open();
    await closing;
    assert.deepEqual(events, ['begins', 'ends']);

    const stuck = newApp(t).app;
    stuck.runEvery(5)(async (_app, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      events.push('told');
    });
    await stuck.start();
    await assert.rejects(stuck.drain({ timeoutMs: 100 }), { name: 'DrainError' });
    assert.equal(events.at(-1), 'told');
  });

  it('must be a function, with a valid interval', (t) => {
    const { app } = newApp(t);
    assert.throws(() => app.runEvery(5)('task' as never), isWrongKind);
    assert.throws(() => app.runEvery(0), { name: 'ConfigurationError' });
    assert.throws(() => app.runEvery(5, { maxConcurrency: 0 }), { name: 'ConfigurationError' });
  });
});
