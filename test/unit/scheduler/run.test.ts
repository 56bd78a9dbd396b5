import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ExitScheduler, MicroScheduler } from '../../../src/scheduler/index.js';
import { LOADER } from '../../support/loader/loader.js';
import { until } from '../../support/until.js';
import { RecordingThread, Sleeper, turns } from './threads.js';

describe('run() in this process', () => {
  it('resolves with reason and code 0 after ExitScheduler, stop() and autoquit', async () => {
    const quitting = new MicroScheduler();
    quitting.addMicrothread(new RecordingThread('a', [], () => Promise.reject(new ExitScheduler())));
    const clean = { failures: 0, exitCode: 0, drained: true };
    assert.deepEqual(await quitting.run(), { ...clean, reason: 'quit' });

    const stopped = new MicroScheduler();
    const end = stopped.run();
    stopped.stop();
    assert.deepEqual(await end, { ...clean, reason: 'quit' });

    assert.deepEqual(await new MicroScheduler({ autoquit: true }).run(), { ...clean, reason: 'autoquit' });
    assert.equal(process.exitCode, undefined);
  });

  it('ends in order on a signal it was told to listen to, and listens no longer', async () => {
    const scheduler = new MicroScheduler();
    const thread = new Sleeper();
    scheduler.addMicrothread(thread);
    const end = scheduler.run({ signals: ['SIGQUIT'] });
    await turns(3);
    process.emit('SIGQUIT');
    const report = await end;
    assert.deepEqual(report, {
      failures: 0,
      exitCode: 0,
      drained: true,
      reason: 'signal',
      signal: 'SIGQUIT',
    });
    assert.ok(thread.stopSignal.aborted);
    assert.equal(process.listenerCount('SIGQUIT'), 0);
  });

  it('leaves signals alone when told so', async () => {
    const scheduler = new MicroScheduler();
    const end = scheduler.run({ signals: false });
    assert.deepEqual([process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')], [0, 0]);
    scheduler.stop();
    await end;
  });

  it('resolves without waiting for the drain when a second signal comes', async (context) => {
    const listener = (): void => {}; // keeps the second signal from ending this test process
    process.on('SIGHUP', listener);
    context.after(() => process.off('SIGHUP', listener));
    class Stuck extends Sleeper {
      override drain(): Promise<void> {
        return new Promise(() => {});
      }
    }
    const scheduler = new MicroScheduler({ drainTimeoutMs: 1, onThreadError: () => {} });
    scheduler.addMicrothread(new Stuck());
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const end = scheduler.run({ signals: ['SIGQUIT', 'SIGHUP'], exit: false });
    process.emit('SIGQUIT');
    await turns(3);
    process.emit('SIGHUP');
    const report = await end;
    assert.deepEqual([report.exitCode, report.drained, report.signal], [1, false, 'SIGQUIT']);
  });

  it('sets process.exitCode after a failure, and not when told to leave the process alone', async (context) => {
    context.after(() => {
      process.exitCode = undefined;
    });
    for (const [options, code] of [
      [{ exit: false }, undefined],
      [{}, 1],
    ] as const) {
      const scheduler = new MicroScheduler({ onThreadError: () => {} });
      scheduler.addMicrothread(new RecordingThread('a', [], () => Promise.reject(new Error('failed'))));
      assert.equal((await scheduler.run(options)).exitCode, 1);
      assert.equal(process.exitCode, code);
    }
  });
});

describe('run() as a program', { concurrency: 2 }, () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`drains on ${signal} and exits with 0`, async (context) => {
      const program = start(context, 'receiver');
      await program.says('ready');
      program.child.kill(signal);
      assert.deepEqual(await program.end(), [0, null]);
      assert.match(program.output(), /draining\ndrained\nreport /);
      assert.match(program.output(), new RegExp(`"signal":"${signal}".* 0$`, 'm'), 'no listener is left');
      assert.equal(program.errors(), '');
    });
  }

  it('stays alive until a signal when nothing else holds the process', async (context) => {
    const program = start(context, 'empty');
    await program.says('still here');
    program.child.kill('SIGTERM');
    assert.deepEqual(await program.end(), [0, null]);
    assert.match(program.output(), /"reason":"signal"/);
  });

  it('finishes what has begun when Ctrl-C comes twice at once, as it does below npm', async (context) => {
    const program = start(context, 'patient');
    await program.says('ready');
    program.child.kill('SIGINT');
    program.child.kill('SIGINT');
    await program.says('draining');
    program.child.stdin?.write('go on\n');
    assert.deepEqual(await program.end(), [0, null]);
    assert.match(program.output(), /drained/);
  });

  it('dies at once by a second signal', async (context) => {
    const program = start(context, 'stubborn');
    await program.says('ready');
    program.child.kill('SIGINT');
    await program.says('draining');
    program.child.kill('SIGTERM');
    assert.deepEqual(await program.end(), [null, 'SIGTERM']);
  });

  it('dies by the same signal again, unless it comes at once', async (context) => {
    const program = start(context, 'stubborn');
    await program.says('ready');
    await until(() => !program.child.kill('SIGINT') || program.child.signalCode, {
      what: 'the program gives in',
      limitMs: 20_000,
    });
    assert.deepEqual(await program.end(), [null, 'SIGINT']);
  });

  it('ends with one line and code 1 when there is no broker', async (context) => {
    const program = start(context, 'no-broker');
    assert.deepEqual(await program.end(), [1, null]);
    assert.equal(
      program.errors(),
      'NoBroker could not start: No broker at amqp://127.0.0.1:1: connection refused.\n',
    );
    assert.match(program.output(), /"reason":"failure"/);
  });

  it('shows the stack of an unexpected error', async (context) => {
    const program = start(context, 'mistaken');
    assert.deepEqual(await program.end(), [1, null]);
    assert.match(program.errors(), /^Mistaken failed: TypeError: nobody foresaw this\n {4}at /);
  });

  it('ends by ExitScheduler with 0, and the code after it runs', async (context) => {
    const program = start(context, 'quitter');
    assert.deepEqual(await program.end(), [0, null]);
    assert.match(program.output(), /drained\n(ready\n)?report \{"reason":"quit"/);
  });

  it('calls process.exit when asked, whatever else is open', async (context) => {
    const program = start(context, 'quitter-exit');
    assert.deepEqual(await program.end(), [0, null]);
    assert.doesNotMatch(program.output(), /report/);
  });
});

const PROGRAM = fileURLToPath(new URL('programs/program.ts', import.meta.url));

interface Program {
  readonly child: ChildProcess;
  says(word: string): Promise<unknown>;
  end(): Promise<unknown[]>;
  output(): string;
  errors(): string;
}

function start(context: TestContext, kind: string): Program {
  const child = spawn(process.execPath, ['--conditions=waybill-source', `--import=${LOADER}`, PROGRAM, kind]);
  context.after(() => child.kill('SIGKILL'));
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const end = once(child, 'close');
  return {
    child,
    says: (word) => until(() => output.includes(word), { what: `the program says ${word}`, limitMs: 20_000 }),
    end: () => end,
    output: () => output,
    errors: () => errors,
  };
}
