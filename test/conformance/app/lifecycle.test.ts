import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { App, type AppState } from 'waybill/app';
import { Program } from '../../support/child.js';
import { Gate } from '../../support/stage/gate.js';
import { until } from '../../support/until.js';
import { fill, newApp, newQueue, recordingLog, useStage, waitForLength } from './app-stage.js';

describe('the life of an app', () => {
  const stage = useStage();

  it('AW-C27: start-up hooks are done before the first message; state is everybody`s, and may be changed', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage, { state: { ready: false, count: 0 } });
    await fill(stage, queue, [1, 2, 3]);
    const seen: boolean[] = [];
    app.amqp.consume(queue)(() => {
      seen.push(app.state.ready);
      app.state.count += 1;
    });
    app.runOnStartup(async ({ state }) => {
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
      assert.equal((await stage.side.look(queue))?.consumers, 0);
      state.ready = true;
    });
    await app.start();
    await waitForLength(seen, 3);
    assert.deepEqual(seen, [true, true, true]);
    assert.equal(app.state.count, 3);
  });

  it('H-A8: an app runs once: a restart policy is refused, and it is not restarted', async (t) => {
    const Restless = class extends App {} as unknown as new () => App;
    Object.assign(Restless.prototype, { restartPolicy: { minDelayMs: 1 } });
    const app = new Restless();
    t.after(() => app.close());
    await assert.rejects(app.run({ signals: false, exit: false }), {
      code: 'CONFIGURATION',
      message: /no restartPolicy/,
    });
  });

  it('runs hooks in the order of registration, each when the one before has ended', async (t) => {
    const { app } = newApp(t, stage);
    const events: string[] = [];
    for (const name of ['one', 'two']) {
      app.runOnStartup(async () => {
        events.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        events.push(`${name} ends`);
      });
      app.runOnShutdown(() => events.push(`${name} closes`));
    }
    await app.start();
    await app.close();
    assert.deepEqual(events, [
      'one begins',
      'one ends',
      'two begins',
      'two ends',
      'one closes',
      'two closes',
    ]);
  });

  it('does not start when a start-up hook fails: nothing is taken, the shutdown hooks run, run() tells the error', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage);
    await fill(stage, queue, [1]);
    const events: string[] = [];
    app.amqp.consume(queue)(() => events.push('handled'));
    app.runOnStartup(() => events.push('first'));
    app.runOnStartup(() => {
      throw new Error('planned by a test');
    });
    app.runOnStartup(() => events.push('third'));
    app.runOnShutdown(() => events.push('closed'));
    await assert.rejects(app.run({ signals: false, exit: false }), /planned by a test/);
    assert.deepEqual(events, ['first', 'closed']);
    assert.deepEqual(await stage.side.look(queue), { messages: 1, consumers: 0 });
    assert.equal((await app.health()).state, 'stopped');
  });

  it('may be stopped while it starts', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage);
    const events: string[] = [];
    app.amqp.consume(queue)(() => {});
    app.runOnStartup(() => {
      events.push('first');
      app.stop();
    });
    app.runOnStartup(() => events.push('second'));
    const report = await app.run({ signals: false, exit: false });
    assert.deepEqual([report.exitCode, report.failures], [0, 0]);
    assert.deepEqual(events, ['first']);
    const alone = newApp(t, stage).app;
    alone.runOnStartup(() => alone.stop());
    await assert.rejects(alone.start(), { code: 'CLOSED' });
    assert.deepEqual(await stage.side.look(queue), { messages: 0, consumers: 0 });
  });

  it('finishes what runs, gives back half a batch, then runs the hooks, then closes', async (t) => {
    const queue = await newQueue(stage);
    const { app, connection, log } = newApp(t, stage);
    const gate = new Gate();
    const events: unknown[] = [];
    app.amqp.consume(queue, { bulkSize: 2, flushIntervalMs: 600_000 })(async (messages) => {
      events.push(messages.map(({ body }) => body));
      await gate.opened;
      events.push('done');
    });
    app.runOnShutdown(async () => {
      events.push(await stage.side.look(queue));
      await connection.put({ routingKey: queue, data: 'from the hook' });
    });
    await app.start();
    await fill(stage, queue, [0, 1, 2]);
    await waitForLength(events, 1);
    const closing = app.close();
    await stage.side.waitForDepth(queue, 1);
    assert.deepEqual(events, [[0, 1]]);
    gate.open();
    await closing;
    assert.deepEqual(events, [[0, 1], 'done', { messages: 1, consumers: 0 }]);
    assert.deepEqual(await stage.side.look(queue), { messages: 2, consumers: 0 });
    assert.deepEqual([...log.errors, ...log.warnings], []);
  });

  it('does not wait for ever: handlers are told by their signal, their messages go back, hooks run all the same', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage, { name: 'stuck' });
    const events: unknown[] = [];
    app.amqp.consume(queue)(async (_messages, { signal }) => {
      events.push('begun');
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      events.push(signal.reason.code);
    });
    app.runOnShutdown(() => events.push('hook'));
    await app.start();
    await fill(stage, queue, [1]);
    await waitForLength(events, 1);
    await assert.rejects(app.drain({ timeoutMs: 200 }), {
      name: 'DrainError',
      message: /stuck did not finish in 200 ms/,
    });
    assert.deepEqual([...events].sort(), ['CLOSED', 'begun', 'hook']);
    assert.equal(await stage.side.depth(queue), 1);
  });

  it('health() tells the state of the app', async (t) => {
    const queue = await newQueue(stage);
    const { app } = newApp(t, stage);
    const states: AppState[] = [];
    const look = async (): Promise<void> => {
      const { ok, state } = await app.health();
      assert.equal(ok, state === 'running');
      states.push(state);
    };
    app.amqp.consume(queue)(() => {});
    app.runOnStartup(look);
    app.runOnShutdown(look);
    await look();
    await app.start();
    await look();
    await app.close();
    await look();
    assert.deepEqual(states, ['new', 'starting', 'running', 'stopping', 'stopped']);
  });

  it('an app runs without any connection', async () => {
    const app = new App({ logger: recordingLog() });
    app.runOnStartup(() => setImmediate(() => app.stop()));
    const { exitCode } = await app.run({ signals: false, exit: false });
    assert.equal(exitCode, 0);
  });
});

describe('an app as a process', () => {
  const stage = useStage();

  async function midway(
    t: Parameters<typeof newApp>[0],
    ...args: string[]
  ): Promise<{ program: Program; queue: string }> {
    const queue = await newQueue(stage);
    const env = { WAYBILL_URL: stage.url };
    const program = Program.run('test/conformance/app/programs/slow-worker.ts', {
      args: [queue, ...args],
      env,
    });
    t.after(() => program.close());
    await stage.side.waitForConsumers(queue, 1, 20_000);
    await fill(stage, queue, [0, 1, 2]);
    await program.waitForLine('begins 0,1');
    return { program, queue };
  }

  it('AW-C28: two signals: the handler ends, its acks arrive, hooks run once, exit code 0', async (t) => {
    const { program, queue } = await midway(t);
    program.signal('SIGTERM');
    program.signal('SIGTERM');
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
    assert.deepEqual(program.stdout.trim().split('\n'), [
      'begins 0,1',
      'ends 0,1',
      'first hook',
      'last hook',
      'ran: signal, exit code 0',
    ]);
    assert.equal(program.stderr, '');
    assert.equal(await stage.side.depth(queue), 1);
  });

  it('AW-C29: a shutdown hook that fails: it is logged, the others run, exit code 0', async (t) => {
    const { program, queue } = await midway(t, 'failing-hook');
    program.signal('SIGINT');
    assert.deepEqual(await program.waitForEnd(), { code: 0, signal: null });
    assert.match(program.stdout, /first hook\nlast hook\n/);
    assert.match(program.stderr, /hook .*failed: Error: planned by a test/);
    await until(async () => (await stage.side.depth(queue)) === 1, { what: 'the third message is back' });
  });
});
