import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A second copy of this package on disk: modules that are loaded from it are others than our own, as they are in a monorepo. */
export class SecondCopy implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'waybill-copy-'));

  constructor() {
    cpSync('src', join(this.#folder, 'src'), { recursive: true });
    cpSync('package.json', join(this.#folder, 'package.json'));
    symlinkSync(resolve('node_modules'), join(this.#folder, 'node_modules'));
  }

  /** Loads one of its modules, by its path in `src`. */
  async load<Module>(path: string): Promise<Module> {
    return (await import(pathToFileURL(join(this.#folder, 'src', path)).href)) as Module;
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
