import { type ChildProcess, execFile } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../free-port.js';
import { Keeper } from '../keeper.js';
import { until } from '../until.js';

const USER = 'waybill';
/** `nobody` of Debian: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const START_LIMIT_MS = 60_000;

/**
 * A PostgreSQL of its own for one test file: a free port on 127.0.0.1, a temporary folder for everything it writes. Nothing is left behind,
 * also when the process that started it is killed.
 */
export class PostgresNode implements AsyncDisposable {
  /** Where clients connect; the same after every start. */
  readonly url: string;
  readonly #programs: string;
  readonly #port: number;
  readonly #keeper = new Keeper('waybill-postgres-');
  #server: ChildProcess | undefined;

  private constructor(programs: string, port: number) {
    this.#programs = programs;
    this.#port = port;
    this.url = `postgres://${USER}@127.0.0.1:${port}/postgres`;
  }

  /** Starts a fresh one and resolves when it takes connections. @param programs the folder that they are in */
  static async start(programs: string): Promise<PostgresNode> {
    const node = new PostgresNode(programs, await freePort());
    try {
      await node.#make();
      await node.start();
      return node;
    } catch (error) {
      await node.close();
      throw error;
    }
  }

  /** Starts it again after `kill()`, with the data it had. */
  async start(): Promise<void> {
    // n.b. what has died with it has not let go of its memory yet.
    await until(() => this.#tryToStart(), {
      what: `PostgreSQL runs on port ${this.#port}: ${this.#words()}`,
      limitMs: START_LIMIT_MS,
      everyMs: 100,
    });
  }

  /** Ends it as a power cut would, with all its processes. What it had committed is there for `start()`. */
  async kill(): Promise<void> {
    const pid = this.#server?.pid;
    if (pid === undefined || !this.#isRunning()) return;
    for (const each of [pid, ...childrenOf(pid)]) killOne(each);
    await until(() => !this.#isRunning(), { what: 'PostgreSQL has ended', limitMs: 20_000 });
  }

  /** Ends it and removes all it wrote. */
  async close(): Promise<void> {
    await this.kill();
    await this.#keeper.close();
  }

  /** @see close */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #data(): string {
    return join(this.#keeper.folder, 'data');
  }

  async #make(): Promise<void> {
    mkdirSync(this.#data);
    if (isRoot()) for (const folder of [this.#keeper.folder, this.#data]) chownSync(folder, NOBODY, NOBODY);
    const options = ['-U', USER, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    const [program, ...args] = asNobody([join(this.#programs, 'initdb'), '-D', this.#data, ...options]);
    await promisify(execFile)(program, args, { cwd: this.#keeper.folder });
  }

  async #tryToStart(): Promise<boolean> {
    if (!this.#isRunning()) this.#server = this.#run();
    const client = new Client({ connectionString: this.url });
    client.on('error', () => {});
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** n.b. what is in the system's memory outlasts a killed process: to sync would make the tests slow, and show nothing more. */
  #run(): ChildProcess {
    const settings = {
      port: this.#port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'off',
    };
    const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const command = asNobody([join(this.#programs, 'postgres'), '-D', this.#data, ...given]);
    return this.#keeper.run({ name: 'postgres', command, env: { PATH: process.env['PATH'] } });
  }

  #isRunning(): boolean {
    const server = this.#server;
    return server !== undefined && server.exitCode === null && server.signalCode === null;
  }

  #words(): string {
    try {
      return readFileSync(join(this.#keeper.folder, 'postgres.out'), 'utf8').slice(-2_000);
    } catch {
      return 'it has said nothing yet';
    }
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function asNobody(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  if (!isRoot()) return command;
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command];
}

/** Each client has a process, in a group of its own. */
function childrenOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children
    .split(' ')
    .filter((each) => each.trim() !== '')
    .map(Number);
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
