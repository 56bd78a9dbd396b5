import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the wrappers stand in the suite's folder, so that who removes that removes them as well. */
const FOLDER = 'waybill-programs';

const RABBITMQ_HOME = '/usr/lib/rabbitmq/bin';

/** What the tests run, and where it is inside. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'rabbitmq-server': `${RABBITMQ_HOME}/rabbitmq-server`,
  rabbitmqctl: `${RABBITMQ_HOME}/rabbitmqctl`,
  'rabbitmq-plugins': `${RABBITMQ_HOME}/rabbitmq-plugins`,
  'rabbitmq-diagnostics': `${RABBITMQ_HOME}/rabbitmq-diagnostics`,
  'rabbitmq-queues': `${RABBITMQ_HOME}/rabbitmq-queues`,
  epmd: '/usr/bin/epmd',
};

/**
 * Writes the programs that run those of another Debian from here, as if they were this machine's: in the same working
 * directory, with the same environment, the same temporary folder (there are the files of a node) and the same processes.
 * Each step replaces the one before, so that the process id stays that of the broker and signals reach it.
 *
 * @returns the folder that they are in.
 */
export function writeSuitePrograms(root: string): string {
  const folder = join(root, FOLDER);
  mkdirSync(folder, { recursive: true });
  for (const [name, inside] of Object.entries(PROGRAMS)) {
    const path = join(folder, name);
    const text = wrapper(root, inside);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeProgram(path, text);
  }
  return folder;
}

/** The management plugin does not start without /proc. Mounts are seen by this process and its children only. */
function wrapper(root: string, program: string): string {
  return `#!/bin/sh
exec unshare --mount sh -c '
  set -eu
  root=$1 program=$2
  shift 2
  mount --bind /proc "$root/proc"
  mount --bind /tmp "$root/tmp"
  case $PWD in
    / | /tmp | /tmp/*) ;;
    *) mkdir -p "$root$PWD"; mount --bind "$PWD" "$root$PWD" ;;
  esac
  exec chroot "$root" env --chdir="$PWD" "$program" "$@"
' waybill '${root}' '${program}' "$@"
`;
}

/** Whole or not at all: others may run it at this moment. */
function writeProgram(path: string, text: string): void {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, text);
  chmodSync(fresh, 0o755);
  renameSync(fresh, path);
}
