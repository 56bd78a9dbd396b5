import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Compiles the rivals' adapters into the folder of the other candidates, with their packages beside them.
 *
 * @throws Error when the compiler refuses; it has said why on our output.
 */
export function compileRivals(folder: string): void {
  const tsc = join('node_modules', '.bin', 'tsc');
  const project = ['-p', 'bench/rivals/tsconfig.json', '--noEmit', 'false', '--outDir', folder];
  const { status } = spawnSync(tsc, project, { stdio: 'inherit' });
  if (status !== 0) throw new Error('The rivals do not compile.');
  symlinkSync(resolve('bench/rivals/node_modules'), join(folder, 'bench/rivals/node_modules'));
}
