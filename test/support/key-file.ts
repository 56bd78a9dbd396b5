import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type NewKey, newKey } from '../../src/identity/index.js';

/** A file with one key in it, which is removed after the tests of a file: where it is, and the id of the key. */
export function keyFile(key: NewKey & { readonly id: string }): {
  readonly id: string;
  readonly keys: string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'waybill-keys-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const keys = join(folder, 'keys.json');
  newKey(keys, key);
  return { id: key.id, keys };
}
