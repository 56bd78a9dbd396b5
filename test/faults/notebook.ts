import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A file in which programs write down what they do, line by line, so that a kill takes nothing of it away. */
export class Notebook {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** An empty one, removed after the test. */
  static for(t: TestContext): Notebook {
    const folder = mkdtempSync(join(tmpdir(), 'waybill-notes-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'notes');
    writeFileSync(path, '');
    return new Notebook(path);
  }

  /** What was written so far. */
  get lines(): readonly string[] {
    return readFileSync(this.path, 'utf8').split('\n').slice(0, -1);
  }
}
