import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Waits for the end of its input, which comes when its parent closes it or dies of whatever cause, then
 * ends the process groups named in `*.pid` and removes the folder. Signals meant for the tests
 * (Ctrl-C, a killed terminal) pass it by.
 */
const KEEPER_SCRIPT = `
trap '' HUP INT TERM
cat > /dev/null
for file in "$1"/*.pid; do
  [ -s "$file" ] && kill -s KILL -- "-$(cat "$file")" 2> /dev/null
done
try=0
until rm -rf -- "$1" 2> /dev/null; do
  try=$((try + 1))
  [ $try -lt 300 ] || exit 1
  sleep 0.1
done
`;

/** Writes down its own process id, which stays the same through \`exec\`. */
const RUN_SCRIPT = 'echo $$ > "$1"; shift; exec "$@"';

/** What a kept process is started with. */
export interface KeptProcess {
  /** Names its log and pid file in the folder. */
  readonly name: string;
  /** The program and its arguments. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Its whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Where it runs. @default the keeper's folder */
  readonly cwd?: string;
  /** `file`: all its output goes to `<name>.out` in the folder. `pipe`: the caller reads it. @default 'file' */
  readonly output?: 'file' | 'pipe';
}

/**
 * A temporary folder and the processes that live in it. Both are gone after `close()`, and also when this
 * process exits, crashes or is killed (SIGKILL included) without having called it.
 */
export class Keeper {
  /** The temporary folder, made for this keeper alone. */
  readonly folder: string;
  readonly #shell: ChildProcess;
  #closed = false;

  constructor(prefix: string) {
    this.folder = mkdtempSync(join(tmpdir(), prefix));
    const stdio = ['pipe', 'ignore', 'ignore'] as const;
    this.#shell = spawn('sh', ['-c', KEEPER_SCRIPT, 'keeper', this.folder], {
      detached: true,
      stdio: [...stdio],
    });
    this.#shell.unref();
    this.#shell.stdin?.on('error', () => {});
    (this.#shell.stdin as unknown as { unref?: () => void }).unref?.();
  }

  /** Starts a process as the leader of its own group. Unless its output is piped, it does not keep us alive. */
  run({ name, command, env, cwd = this.folder, output = 'file' }: KeptProcess): ChildProcess {
    const sink = output === 'pipe' ? 'pipe' : openSync(join(this.folder, `${name}.out`), 'a');
    try {
      const args = ['-c', RUN_SCRIPT, name, this.#pidFile(name), ...command];
      const child = spawn('sh', args, { env, cwd, detached: true, stdio: ['ignore', sink, sink] });
      child.once('exit', () => rmSync(this.#pidFile(name), { force: true }));
      if (output === 'file') child.unref();
      return child;
    } finally {
      if (typeof sink === 'number') closeSync(sink);
    }
  }

  /** Ends at once what still runs here and removes the folder. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#shell.ref();
    const gone = this.#shell.exitCode === null ? once(this.#shell, 'exit') : undefined;
    this.#shell.stdin?.end();
    await gone;
  }

  #pidFile(name: string): string {
    return join(this.folder, `${name}.pid`);
  }
}
