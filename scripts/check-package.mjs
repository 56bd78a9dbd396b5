import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { outputOf, run } from './run.mjs';
import { manifest } from './user-project.mjs';

/** Judges what would be published: package.json, its doors, and how other tools resolve them. */
export async function checkPackage(tarball) {
  const doors = Object.keys(manifest().exports).filter((door) => door !== './package.json');
  if (!doors.includes('.')) throw new Error('package.json has no door "."');
  checkTargets();
  await checkNames();
  checkRequired();
  run('publint', ['run', tarball, '--strict']);
  checkResolution(tarball, doors);
  return `doors ${doors.join(' ')}`;
}

/** Every file that package.json points at is there. publint looks at conditions that it knows, and ours it does not. */
function checkTargets() {
  const { exports, bin = {} } = manifest();
  const targets = [
    ...Object.values(exports).flatMap((door) => (typeof door === 'string' ? door : Object.values(door))),
    ...Object.values(bin),
  ];
  const missing = targets.filter((path) => !existsSync(path));
  if (missing.length > 0) throw new Error(`package.json points at what is not there: ${missing.join(', ')}`);
}

/** Joining files renames what would clash; a class that people meet in a stack or a log has the name they know. */
async function checkNames() {
  for (const { default: target } of Object.values(manifest().exports)) {
    const exported = target ? await import(resolve(target)) : {};
    const renamed = Object.entries(exported).filter(([name, value]) => isClass(value) && value.name !== name);
    if (renamed.length > 0)
      throw new Error(
        `${target} exports ${renamed.map(([name, { name: own }]) => `${own} as ${name}`).join(', ')}`,
      );
  }
}

/** T-C5, N-11: whoever writes CommonJS gets the same from each door, where Node.js can require modules. */
function checkRequired() {
  if (!process.features.require_module) return;
  const require = createRequire(import.meta.url);
  const doors = Object.values(manifest().exports).flatMap(({ default: target }) => target ?? []);
  const empty = doors.filter((door) => Object.keys(require(resolve(door))).length === 0);
  if (empty.length > 0) throw new Error(`require() finds nothing in ${empty.join(', ')}`);
}

function isClass(value) {
  return typeof value === 'function' && String(value).startsWith('class');
}

/** Resolves each door as the module systems of today do, CommonJS excepted: the package is ESM only. */
function checkResolution(tarball, doors) {
  const args = [tarball, '--profile', 'esm-only', '--no-definitely-typed'];
  const { status, stdout } = outputOf('attw', [...args, '--format', 'json']);
  // Once more, for people.
  if (status !== 0) run('attw', args);
  const { entrypoints } = JSON.parse(stdout).analysis;
  const unseen = doors.filter((door) => !(door in entrypoints));
  if (unseen.length > 0) throw new Error(`attw did not look at ${unseen.join(', ')}`);
}
