import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandError } from '../command-error.js';

/** A text that a person has changed, and where it is kept until it is taken. */
export interface EditedText {
  readonly text: string;
  readonly path: string;
  /** Removes the file. */
  forget(): Promise<void>;
}

/**
 * Has a person change a text in their editor, in a file that nobody else may read.
 * @throws Error where the editor ends with an error; the file is removed then
 */
export async function inEditor(text: string, extension: string): Promise<EditedText> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-'));
  const path = join(folder, `body${extension}`);
  const forget = (): Promise<void> => rm(dirname(path), { recursive: true, force: true });
  try {
    await writeFile(path, text, { mode: 0o600 });
    await edit(path);
    return { text: await readFile(path, 'utf8'), path, forget };
  } catch (thrown) {
    await forget();
    throw thrown;
  }
}

/** The editor may have arguments of its own, as `code --wait`, so a shell reads it. */
async function edit(path: string): Promise<void> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi';
  const child = spawn(`${editor} "${path}"`, { shell: true, stdio: 'inherit' });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return;
  throw new CommandError(
    `The editor (${editor}) has ended with ${signal ?? code}; nothing was changed. Another one is named by EDITOR.`,
  );
}
