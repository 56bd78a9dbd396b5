import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installPackage } from '../install-package.js';
import { isProgram, mayInstall } from '../machine.js';
import { missingIsRed } from '../missing-versions.js';

/** Where Debian keeps the programs of each version. */
const DEBIAN_HOME = '/usr/lib/postgresql';

/**
 * The folder with PostgreSQL's programs on this machine; where they are missing, root on Debian installs them. Undefined where neither is
 * possible, and with CI=true an Error: then what needs them is not skipped in silence.
 */
export async function findPostgres(): Promise<string | undefined> {
  const found = postgresOfMachine();
  if (found !== undefined) return found;
  if (mayInstall()) {
    console.log('PostgreSQL is not on this machine: installing it; its service is not started.');
    await installPackage('postgresql');
  }
  const installed = postgresOfMachine();
  if (installed === undefined && missingIsRed(process.env)) throw new Error('PostgreSQL could not be had.');
  return installed;
}

/** The newest one. */
function postgresOfMachine(): string | undefined {
  const versions = existsSync(DEBIAN_HOME) ? readdirSync(DEBIAN_HOME) : [];
  const folders = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN_HOME, version, 'bin'));
  return folders.find((folder) => isProgram(join(folder, 'postgres')) && isProgram(join(folder, 'initdb')));
}
