import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { UsageError } from './command-error.js';

/** For the help of whatever takes a body. */
export const bodyHelp: string =
  'the body as it stands here, or @file for that of a file, or - for what comes on standard input';

/** The bytes of a body that was given on the command line. @throws UsageError where the file cannot be read */
export async function givenBody(text: string): Promise<Buffer> {
  if (text === '-') return await buffer(process.stdin);
  if (!text.startsWith('@')) return Buffer.from(text);
  try {
    return await readFile(text.slice(1));
  } catch (cause) {
    const { code = 'ERROR' } = cause as NodeJS.ErrnoException;
    throw new UsageError(`The file ${text.slice(1)} cannot be read (${code}).`, { cause });
  }
}
