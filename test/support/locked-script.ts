import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

/** An installation takes a minute; who waits this long for somebody else's waits in vain. */
const LOCK_LIMIT_SECONDS = '600';

/** A shell script that must not run twice at once on this machine. */
export interface LockedScript {
  readonly script: string;
  /** Its `$1`, `$2` ... */
  readonly args?: readonly string[];
  /** The file that stands for the lock. What the script starts holds it, too, also when the script is killed. */
  readonly lock: string;
  /** Where all its words go. */
  readonly log: string;
}

/** Runs it when nobody else does; gives its exit code. */
export async function runLocked({ script, args = [], lock, log }: LockedScript): Promise<number | null> {
  for (const file of [lock, log]) mkdirSync(dirname(file), { recursive: true });
  const sink = openSync(log, 'a');
  try {
    return await new Promise((resolve, reject) => {
      const command = ['--wait', LOCK_LIMIT_SECONDS, lock, 'sh', '-c', script, 'waybill', ...args];
      const child = spawn('flock', command, { stdio: ['ignore', sink, sink] });
      child.once('error', reject);
      child.once('exit', resolve);
    });
  } finally {
    closeSync(sink);
  }
}
