import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

/** A text file as parameters of a message. */
export interface TextFile {
  readonly name: string;
  /** Its lines, each with its line end. */
  readonly content: readonly string[];
}

/** Reads one. @throws what reading a file throws */
export async function readTextFile(path: string): Promise<TextFile> {
  const text = await readFile(path, 'utf8');
  return { name: basename(path), content: text.match(/[^\n]*\n|[^\n]+$/g) ?? [] };
}
