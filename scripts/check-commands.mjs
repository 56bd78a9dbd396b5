import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { manifest, withUserProject } from './user-project.mjs';

const limitMs = 60_000;

/** Starts the broker of the packed package as the documentation says, by `npx waybill broker`, and stops it again. */
export async function checkCommands(tarball) {
  const { name, bin } = manifest();
  const seen = [];
  await withUserProject({ tarball }, async (folder) => {
    for (const [command, file] of Object.entries(bin)) install(folder, command, join(name, file));
    seen.push(await firstLine(folder, ['--no-install', 'waybill', 'broker', '--port', '0']));
  });
  if (!/^Waybill broker on amqp:\/\/\S+$/.test(seen[0]))
    throw new Error(`npx waybill broker says: ${seen[0]}`);
  return `npx ${Object.keys(bin).join(' ')}`;
}

/** As npm does it: an executable file, and a link to it. */
function install(folder, command, file) {
  const modules = join(folder, 'node_modules');
  chmodSync(join(modules, file), 0o755);
  const link = join(modules, '.bin', command);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join('..', file), link);
}

async function firstLine(cwd, args) {
  // A group of its own, so that what npx starts ends with it.
  const child = spawn('npx', args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = await once(createInterface(child.stdout), 'line', {
      signal: AbortSignal.timeout(limitMs),
    });
    return line;
  } finally {
    process.kill(-child.pid, 'SIGTERM');
  }
}
