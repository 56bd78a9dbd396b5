import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOADER } from './loader/loader.js';
import { readReport, type TestReport } from './test-report.js';

/** A backstop for files that block their own event loop; single tests are limited by `test-limit.ts`. */
const FILE_LIMIT_MS = 900_000;

const TEST_LIMIT = fileURLToPath(new URL('./test-limit.ts', import.meta.url));

/** How test files are run. */
export interface RunSettings {
  /** How many files at a time. */
  readonly concurrency: number;
  /** Added to our environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** The result of one run of `node --test`. */
export interface RunResult {
  /** What the runner reported. */
  readonly report: TestReport;
  /** Whether it ended with exit code 0. */
  readonly green: boolean;
}

/**
 * Runs test files with node's test runner, its output on ours, and reads back what it found. A signal that
 * reaches us goes on to the runner.
 *
 * @throws Error when the run was interrupted by such a signal.
 */
export async function runTestFiles(
  files: readonly string[],
  { concurrency, env }: RunSettings,
): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-tests-'));
  try {
    const tapFile = join(folder, 'report.tap');
    const args = [...runnerArguments(tapFile, concurrency), ...files];
    const exitCode = await exitCodeOf(
      spawn(process.execPath, args, { stdio: 'inherit', env: testEnvironment(env) }),
    );
    const paths = files.map((file) => resolve(file));
    return { report: readReport(readFileSync(tapFile, 'utf8'), paths), green: exitCode === 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runnerArguments(tapFile: string, concurrency: number): string[] {
  return [
    '--conditions=waybill-source',
    `--import=${LOADER}`,
    `--import=${TEST_LIMIT}`,
    '--test',
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${FILE_LIMIT_MS}`,
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${tapFile}`,
  ];
}

/** Without node's own mark, which would make a runner inside a test believe that it is a test file. */
function testEnvironment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  return { ...inherited, ...env };
}

async function exitCodeOf(child: ChildProcess): Promise<number | null> {
  let interruptedBy: NodeJS.Signals | undefined;
  const forward = (signal: NodeJS.Signals): void => {
    interruptedBy = signal;
    child.kill(signal);
  };
  process.on('SIGINT', forward).on('SIGTERM', forward);
  try {
    const [exitCode] = (await once(child, 'exit')) as [number | null];
    if (interruptedBy !== undefined) throw new Error(`The tests were interrupted by ${interruptedBy}`);
    return exitCode;
  } finally {
    process.off('SIGINT', forward).off('SIGTERM', forward);
  }
}
