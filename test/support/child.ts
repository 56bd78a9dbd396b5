import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { Keeper } from './keeper.js';
import { LOADER } from './loader/loader.js';
import { until } from './until.js';

/** How a program is started. */
export interface ProgramOptions {
  /** Its arguments. @default none */
  readonly args?: readonly string[];
  /** Added to our environment; `undefined` takes a name out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Its exit code, or `null` when a signal ended it. */
  readonly code: number | null;
  /** The signal that ended it, if one did. */
  readonly signal: NodeJS.Signals | null;
}

/**
 * A TypeScript program of this project in a process of its own, with the sources of `waybill` instead of
 * its build. It is killed by `close()`, and when the test process ends or is killed.
 */
export class Program implements AsyncDisposable {
  /** The process id of the program itself. */
  readonly pid: number;
  /** How it ended, once it has. */
  readonly ended: Promise<ProgramEnd>;
  readonly #keeper: Keeper;
  readonly #child: ChildProcess;
  readonly #output = { stdout: '', stderr: '' };
  #end: ProgramEnd | undefined;

  private constructor(keeper: Keeper, child: ChildProcess) {
    this.#keeper = keeper;
    this.#child = child;
    this.pid = child.pid ?? Number.NaN;
    this.ended = this.#watchEnd();
    this.#collect('stdout');
    this.#collect('stderr');
  }

  /** Starts `path`, relative to the project, as `npm run` would, in the project's folder. */
  static run(path: string, { args = [], env = {} }: ProgramOptions = {}): Program {
    const command = [
      process.execPath,
      '--conditions=waybill-source',
      `--import=${LOADER}`,
      resolve(path),
    ] as const;
    return Program.#start([...command, ...args], env);
  }

  /** Starts a script of package.json by `npm run`. Its process id and signals are npm's. */
  static script(name: string, { args = [], env = {} }: ProgramOptions = {}): Program {
    return Program.#start(['npm', 'run', '--silent', name, '--', ...args], env);
  }

  static #start(command: [string, ...string[]], env: NonNullable<ProgramOptions['env']>): Program {
    const keeper = new Keeper('waybill-program-');
    const child = keeper.run({
      name: 'program',
      command,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
      cwd: process.cwd(),
      output: 'pipe',
    });
    return new Program(keeper, child);
  }

  /** What it has written to standard output so far. */
  get stdout(): string {
    return this.#output.stdout;
  }

  /** What it has written to standard error so far. */
  get stderr(): string {
    return this.#output.stderr;
  }

  /**
   * Resolves with the first line, on either output and from the start on, that contains or matches `pattern`.
   *
   * @throws Error with all output when the program ends or the limit is over without one.
   */
  async waitForLine(pattern: string | RegExp, limitMs = 30_000): Promise<string> {
    const find = (): string | undefined => this.#lines().find((line) => matches(line, pattern));
    try {
      await until(() => find() ?? this.#end, { what: `a line matches ${pattern}`, limitMs });
    } catch (error) {
      throw new Error(`No line matches ${pattern}.\n${this.#transcript()}`, { cause: error });
    }
    const line = find();
    if (line === undefined)
      throw new Error(`It ended before a line matched ${pattern}.\n${this.#transcript()}`);
    return line;
  }

  /**
   * Resolves with how the program ended.
   *
   * @throws Error with all output when it is still running after `limitMs`.
   */
  async waitForEnd(limitMs = 30_000): Promise<ProgramEnd> {
    try {
      return await until(() => this.#end, { what: 'the program ends', limitMs });
    } catch (error) {
      throw new Error(`It is still running after ${limitMs} ms.\n${this.#transcript()}`, { cause: error });
    }
  }

  /** Sends a signal to the program alone; does nothing when it has ended. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Kills it (SIGKILL) if it still runs, and what it has started. */
  async close(): Promise<void> {
    if (this.#end === undefined) killGroup(this.pid);
    await this.ended;
    await this.#keeper.close();
  }

  /** @see close */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #watchEnd(): Promise<ProgramEnd> {
    const [code, signal] = (await once(this.#child, 'close')) as [number | null, NodeJS.Signals | null];
    this.#end = { code, signal };
    return this.#end;
  }

  #collect(name: 'stdout' | 'stderr'): void {
    this.#child[name]?.setEncoding('utf8').on('data', (text: string) => {
      this.#output[name] += text;
    });
  }

  #lines(): string[] {
    return `${this.stdout}\n${this.stderr}`.split('\n');
  }

  #transcript(): string {
    return `stdout:\n${this.stdout}\nstderr:\n${this.stderr}`;
  }
}

/** Each program leads a group of its own. What has ended meanwhile is no matter. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function matches(line: string, pattern: string | RegExp): boolean {
  return typeof pattern === 'string' ? line.includes(pattern) : line.search(pattern) >= 0;
}
