import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Program, type ProgramOptions } from './child.js';

/** A block of TypeScript, with the lines that stand hidden before it. */
const block = /(?:^<!-- ts:\n(?<hidden>.*?)^-->\n)?^```ts\n(?<code>.*?)^```$/gms;
const name = /^\/\/ (?<name>[\w-]+\.ts)$/m;

/** The programs that a page shows, as files of somebody who has installed this package. They begin with their name: `// send.ts`. */
export class ShownPrograms implements Disposable {
  /** All of them, in the order of the page. */
  readonly names: readonly string[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'waybill-shown-'));

  constructor(page: string) {
    mkdirSync(join(this.#folder, 'node_modules'));
    symlinkSync(resolve('.'), join(this.#folder, 'node_modules', 'waybill'));
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "module" }');
    this.names = [...page.matchAll(block)].map(({ groups }) => {
      const { hidden = '', code = '' } = groups ?? {};
      const file = name.exec(code)?.groups?.['name'];
      if (file === undefined) throw new Error(`A program has no name, so nobody can run it:\n${code}`);
      writeFileSync(join(this.#folder, file), `${hidden}${code}`);
      return file;
    });
  }

  /** Starts one of them. */
  run(file: string, options?: ProgramOptions): Program {
    return Program.run(join(this.#folder, file), options);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}
