import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The candidates and Waybill, compiled as users have it. */
export interface Compiled {
  readonly folder: string;
  /** Removes it. */
  remove(): void;
}

/**
 * Compiles to a folder that is a package `waybill` by itself, built as it is published, so that nothing stale is measured
 * and no loader is in the way of either side.
 *
 * @throws Error when the compiler refuses; it has said why on our output.
 */
export function compile(): Compiled {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-bench-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const exports = { '.': './dist/index.js', './app': './dist/app/index.js' };
  const manifest = { name: 'waybill', type: 'module', exports };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  const candidates = ['-p', 'bench/tsconfig.json', '--noEmit', 'false', '--outDir', folder];
  const works = [
    spawnSync(join('node_modules', '.bin', 'tsc'), candidates, { stdio: 'inherit' }),
    spawnSync(process.execPath, ['scripts/build.mjs', join(folder, 'dist')], { stdio: 'inherit' }),
  ];
  if (works.some(({ status }) => status !== 0)) {
    rmSync(folder, { recursive: true });
    throw new Error('The candidates do not compile.');
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
