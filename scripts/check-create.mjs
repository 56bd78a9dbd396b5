import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { manifest, withUserProject } from './user-project.mjs';

const limitMs = 60_000;

/** Makes a project by `npm create waybill`, compiles it, runs its tests, and its services until an order is placed. Its packages are linked, not installed. */
export async function checkCreate(tarball) {
  const { version } = JSON.parse(readFileSync('create-waybill/package.json', 'utf8'));
  if (version !== manifest().version)
    throw new Error(`create-waybill is of version ${version}: projects would depend on another Waybill`);
  return await withUserProject({ tarball, others: ['typescript-5.9'] }, async (folder) => {
    const project = join(folder, 'shop');
    node(folder, [resolve('create-waybill/create.mjs'), 'shop', '--waybill', `file:${tarball}`]);
    const { dependencies } = JSON.parse(readFileSync(join(project, 'orders/package.json'), 'utf8'));
    if (dependencies.waybill !== `file:${tarball}`) throw new Error(`It depends on ${dependencies.waybill}`);
    refusesWhatIsThere(folder, project);
    linkWorkspaces(folder, project);
    node(project, [join(folder, 'node_modules/typescript-5.9/lib/tsc.js'), '-b']);
    node(project, ['--test', 'stock/dist/test/stock.test.js', 'orders/dist/test/orders.test.js']);
    const placed = await firstOrder(project);
    return `a project whose tests pass, and '${placed}'`;
  });
}

/** @param {string} folder @param {string} project */
function refusesWhatIsThere(folder, project) {
  const before = readdirSync(project).join();
  const { status } = spawnSync(process.execPath, [resolve('create-waybill/create.mjs'), 'shop'], {
    cwd: folder,
  });
  if (status !== 2 || readdirSync(project).join() !== before)
    throw new Error('It writes into a folder that is not empty');
}

/** As npm links the workspaces of a project. @param {string} folder @param {string} project */
function linkWorkspaces(folder, project) {
  const { workspaces } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
  mkdirSync(join(folder, 'node_modules/@shop'));
  for (const each of workspaces)
    symlinkSync(join(project, each), join(folder, 'node_modules/@shop', each), 'junction');
}

/** What `npm run dev` does, until it says that something is ordered. @param {string} cwd */
async function firstOrder(cwd) {
  const child = spawn(process.execPath, ['dev.mjs'], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  try {
    for await (const line of createInterface(child.stdout)) {
      if (!line.includes('are ordered')) continue;
      child.kill('SIGTERM');
      const [code] = await ended;
      if (code !== 0) throw new Error(`dev.mjs ends with ${code} after SIGTERM`);
      return line;
    }
    throw new Error('dev.mjs has ended, or was ended after a minute, and nothing was ordered');
  } finally {
    clearTimeout(timer);
    child.kill('SIGTERM');
  }
}

/** @param {string} cwd @param {readonly string[]} args */
function node(cwd, args) {
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ends with ${status}`);
}
