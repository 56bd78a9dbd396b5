import { accessSync, constants, readFileSync } from 'node:fs';

/** Whether this file is there and may be run. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether we may install packages here: root, with apt. */
export function mayInstall(): boolean {
  return process.getuid?.() === 0 && isProgram('/usr/bin/apt-get') && /\b(debian|ubuntu)\b/.test(kinship());
}

/** The release of Debian that this machine runs, such as `bookworm`; undefined on anything else. */
export function debianRelease(): string | undefined {
  return fieldOf('ID') === 'debian' ? fieldOf('VERSION_CODENAME') : undefined;
}

function kinship(): string {
  return `${fieldOf('ID')} ${fieldOf('ID_LIKE')}`;
}

function fieldOf(name: string): string | undefined {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1];
  } catch {
    return undefined;
  }
}
