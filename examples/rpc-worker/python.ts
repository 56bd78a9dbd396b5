import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A Python that has pika (Debian: python3-pika), if there is one. */
const python = ['python3', '/usr/bin/python3'].find(
  (each) => spawnSync(each, ['-c', 'import pika']).status === 0,
);

/** Lets call.py make a call, and gives what it printed; undefined where there is no Python with pika. */
export async function callFromPython(url: string, queue: string, data: unknown): Promise<string | undefined> {
  if (python === undefined) return undefined;
  const program = fileURLToPath(new URL('call.py', import.meta.url));
  const { stdout } = await promisify(execFile)(python, ['-B', program, url, queue, JSON.stringify(data)]);
  return stdout.trim();
}
