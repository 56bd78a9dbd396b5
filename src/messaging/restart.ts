import { spawn } from 'node:child_process';

/**
 * Starts this program again: the same interpreter, options, script and arguments, on the same terminal. It does not end
 * the present process.
 */
export function spawnReplacement(): void {
  const [, ...args] = process.argv;
  spawn(process.execPath, [...process.execArgv, ...args], { stdio: 'inherit', detached: true }).unref();
}
