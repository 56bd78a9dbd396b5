/**
 * Starts this program again: the same interpreter, options, script and arguments, on the same terminal. It does not end
 * the present process.
 */
export async function spawnReplacement(): Promise<void> {
  const { spawn } = await import('node:child_process');
  const [, ...args] = process.argv;
  spawn(process.execPath, [...process.execArgv, ...args], { stdio: 'inherit', detached: true }).unref();
}
