import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { run } from './run.mjs';

/** Packs what `npm publish` would send, lets `use` have the path of the tarball, and removes it. */
export async function withTarball(use) {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-pack-'));
  try {
    run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]);
    const { name, version } = manifest();
    await use(join(folder, `${name}-${version}.tgz`));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Makes a project as a user has one, outside of this repository, gives what `use` makes of its folder, and removes it. Waybill is
 * unpacked there from `tarball`, or linked to these sources where there is none. Beside it there is what it depends on
 * itself, the types of Node.js, and `others`.
 */
export async function withUserProject({ tarball, others = [] }, use) {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-user-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
    const { name, dependencies, peerDependencies, peerDependenciesMeta } = manifest();
    const peers = Object.keys(peerDependencies).filter((each) => !peerDependenciesMeta[each]?.optional);
    for (const each of [...Object.keys(dependencies), ...peers, '@types/node', ...others])
      link(folder, each, join('node_modules', each));
    if (tarball) unpack(folder, name, tarball);
    else link(folder, name, '.');
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** This package's own package.json. */
export function manifest() {
  return JSON.parse(readFileSync('package.json', 'utf8'));
}

function link(folder, name, target) {
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(resolve(target), path, 'junction');
}

function unpack(folder, name, tarball) {
  const path = join(folder, 'node_modules', name);
  mkdirSync(path, { recursive: true });
  run('tar', ['-xzf', tarball, '-C', path, '--strip-components=1']);
}
