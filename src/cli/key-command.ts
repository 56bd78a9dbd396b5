import { toError } from '../errors.js';
import { type KeyEntry, type ListedKey, listKeys, newKey } from '../identity/index.js';
import type { Output } from './broker-command.js';

/** What `waybill key` was asked to do. */
export type KeyCommand =
  | {
      readonly action: 'new';
      /** The file of keys. */
      readonly file: string;
      /** For whom the key may speak. */
      readonly names: readonly string[];
      readonly id?: string | undefined;
      readonly alg?: KeyEntry['alg'] | undefined;
      /** ISO 8601. */
      readonly notBefore?: string | undefined;
      readonly notAfter?: string | undefined;
    }
  | { readonly action: 'list'; readonly file: string };

/** Makes a key, or lists those of a file; resolves with the exit code. Nothing that is secret is written to the output. */
export async function runKey(command: KeyCommand, output: Output): Promise<number> {
  try {
    if (command.action === 'new')
      output.log(`${line(newKey(command.file, command))}\nadded to ${command.file}`);
    else for (const key of listKeys(command.file)) output.log(line(key));
    return 0;
  } catch (thrown) {
    output.error(toError(thrown).message);
    return 1;
  }
}

function line({ id, alg, names, notBefore, notAfter, signs, public: open }: ListedKey): string {
  return [
    id,
    alg,
    names.join(', '),
    signs ? 'signs' : 'verifies only',
    ...(open === undefined ? [] : [`public ${open}`]),
    ...(notBefore === undefined ? [] : [`signs from ${notBefore}`]),
    ...(notAfter === undefined ? [] : [`until ${notAfter}`]),
  ].join('  ');
}
