import { startTimer } from '../common/timers.js';
import { watchSignals } from './signals.js';

/** Why a scheduler ended: asked to (`ExitScheduler`, `stop()`), no thread left, a signal, or a failure. */
export type ExitReason = 'quit' | 'autoquit' | 'signal' | 'failure';

/** How a scheduler that runs as a process behaves towards that process. */
export interface RunOptions {
  /** The signals that end the run in order; `false` leaves signals alone. @default ['SIGINT', 'SIGTERM'] */
  readonly signals?: readonly NodeJS.Signals[] | false | undefined;
  /**
   * `true` calls `process.exit` at the end; `false` leaves the process alone altogether. When not given, an
   * exit code other than 0 is put into `process.exitCode` and the process ends when nothing holds it.
   */
  readonly exit?: boolean | undefined;
}

/** How a run ended. */
export interface ExitReport {
  /** 0, or 1 when a thread failed for good or did not drain cleanly and in time. */
  readonly exitCode: 0 | 1;
  /** What has ended it. */
  readonly reason: ExitReason;
  /** The signal that ended the run, if one did. */
  readonly signal?: NodeJS.Signals;
  /** How many threads failed for good. */
  readonly failures: number;
  /** The error of the thread that failed first. */
  readonly error?: unknown;
  /** Whether every thread drained cleanly and in time. */
  readonly drained: boolean;
}

/** What {@link runAsProcess} drives. */
export interface Runnable {
  main(): AsyncGenerator<void>;
  end(reason: ExitReason): void;
  /** Resolves to whether all threads ended cleanly. */
  drain(): Promise<boolean>;
  outcome(): Pick<ExitReport, 'reason' | 'failures' | 'error'>;
}

/** Drives the rounds to their end and drains, while listening to signals and keeping the process alive. */
export async function runAsProcess(runnable: Runnable, options: RunOptions): Promise<ExitReport> {
  const letGo = startTimer(Infinity, () => {});
  const interrupt = listenForInterrupt(options.signals ?? ['SIGINT', 'SIGTERM'], runnable);
  try {
    await driveToEnd(runnable.main());
    const drained = await Promise.race([runnable.drain(), interrupt.insisted]);
    return conclude(reportOf(runnable, drained, interrupt.signal()), options);
  } finally {
    interrupt.close();
    letGo();
  }
}

interface Interrupt {
  /** The signal that was received first. */
  signal(): NodeJS.Signals | undefined;
  /** Resolves to false, "not drained", when a second signal comes. */
  readonly insisted: Promise<false>;
  close(): void;
}

function listenForInterrupt(signals: readonly NodeJS.Signals[] | false, runnable: Runnable): Interrupt {
  let first: NodeJS.Signals | undefined;
  let close = (): void => {};
  const insisted = new Promise<false>((resolve) => {
    close = watchSignals(signals || [], {
      asked(signal) {
        first = signal;
        runnable.end('signal');
      },
      insisted(signal) {
        close();
        resolve(false);
        raiseAgain(signal);
      },
    });
  });
  return { signal: () => first, insisted, close };
}

/** Raises a signal again that has no listener any more, so that it does what it does to every process. */
function raiseAgain(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

async function driveToEnd(rounds: AsyncGenerator<void>): Promise<void> {
  let turn = await rounds.next();
  while (!turn.done) turn = await rounds.next();
}

function reportOf(runnable: Runnable, drained: boolean, signal: NodeJS.Signals | undefined): ExitReport {
  const outcome = runnable.outcome();
  return {
    ...outcome,
    ...(outcome.reason === 'signal' && signal !== undefined && { signal }),
    exitCode: outcome.failures === 0 && drained ? 0 : 1,
    drained,
  };
}

function conclude(report: ExitReport, options: RunOptions): ExitReport {
  if (options.exit === true) process.exit(report.exitCode);
  if (options.exit === undefined && report.exitCode !== 0) process.exitCode = report.exitCode;
  return report;
}
