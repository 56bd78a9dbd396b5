import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Packages are found from here as they are from the sources. */
const PLACE = join('node_modules', '.cache');

/** What decorators are compiled to. */
export type Decorators = 'standard' | 'legacy';

/** What `--import` gives a process that runs TypeScript. */
export const LOADER: string = import.meta.resolve('./register.mjs');

const folders = new Map<Decorators, string>();

/** Where the processes of this run put what they compile, and find what others have; gone when the run ends. See hooks.mjs. */
export function compiledFolder(decorators: Decorators): string {
  let folder = folders.get(decorators);
  if (folder === undefined) {
    mkdirSync(PLACE, { recursive: true });
    folder = resolve(mkdtempSync(join(PLACE, 'waybill-tests-')));
    folders.set(decorators, folder);
  }
  return folder;
}

process.once('exit', () => {
  for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
});
