import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What `--import` gives a process that runs TypeScript. */
export const LOADER: string = import.meta.resolve('./register.mjs');

/** What decorators are compiled to. */
type Decorators = 'standard' | 'legacy';

const folders = new Map<Decorators, string>();

/** Where the processes of this run put what they compile, and find what others have; gone when the run ends. See hooks.mjs. */
export function compiledFolder(decorators: Decorators): string {
  const folder = folders.get(decorators) ?? mkdtempSync(join(tmpdir(), `waybill-${decorators}-`));
  folders.set(decorators, folder);
  return folder;
}

process.once('exit', () => {
  for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
});
