import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { ConfigurationError, toError } from '../errors.js';
import { Key, type KeyEntry } from './key.js';

/** For its owner alone (POSIX). */
const ownerOnly = 0o600;
const ofOthers = 0o077;

/** Larger ones are something else. */
const longest = 4 * 1024 * 1024;

/** What stands in a file of keys, and whether others than its owner may read what is secret in it. */
export interface KeyFile {
  readonly entries: readonly KeyEntry[];
  readonly keys: readonly Key[];
  readonly isOpen: boolean;
}

/** By which a change of a file is seen. Undefined where there is none. */
export function stampOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.mtimeMs} ${found.size} ${found.ino}`;
}

/** Reads a file of keys. @throws ConfigurationError naming the file, and never what is secret in it */
export function readKeyFile(path: string): KeyFile {
  const entries = entriesIn(path);
  const keys = keysOf(entries, `The file of keys ${path}`);
  const isSecret = entries.some(({ private: own, secret }) => own !== undefined || secret !== undefined);
  return { entries, keys, isOpen: isSecret && (statSync(path).mode & ofOthers) !== 0 };
}

/** The keys that entries stand for. @throws ConfigurationError for one that is none, and for two of one id */
export function keysOf(entries: readonly KeyEntry[], owner: string): readonly Key[] {
  const keys = entries.map((entry) => {
    try {
      return new Key(entry);
    } catch (thrown) {
      throw new ConfigurationError(`${owner}: ${toError(thrown).message}`, { cause: thrown });
    }
  });
  const twice = keys.find(({ id }, at) => keys.findIndex((each) => each.id === id) !== at);
  if (twice) throw new ConfigurationError(`${owner}: the id '${twice.id}' is there twice.`);
  return keys;
}

/** Writes a file of keys in place of what was there, for its owner alone: whoever reads meanwhile reads the one or the other. */
export function writeKeyFile(path: string, entries: readonly KeyEntry[]): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(aside, `${JSON.stringify(entries, undefined, 2)}\n`, { mode: ownerOnly, flag: 'wx' });
    chmodSync(aside, ownerOnly);
    renameSync(aside, path);
  } catch (thrown) {
    rmSync(aside, { force: true });
    throw new ConfigurationError(`The file of keys ${path} cannot be written: ${toError(thrown).message}`);
  }
}

function entriesIn(path: string): readonly KeyEntry[] {
  const given: unknown = parsed(path, textOf(path));
  if (Array.isArray(given)) return given as readonly KeyEntry[];
  throw new ConfigurationError(
    `The file of keys ${path} holds no list: [{ "id": …, "alg": …, "names": […] }].`,
  );
}

function textOf(path: string): string {
  try {
    if (statSync(path).size <= longest) return readFileSync(path, 'utf8');
  } catch (thrown) {
    throw new ConfigurationError(
      `The file of keys ${path} cannot be read: ${toError(thrown).message}. Make one: npx waybill key new --name NAME --keys ${path}`,
    );
  }
  throw new ConfigurationError(`The file of keys ${path} is larger than 4 MiB: is it one?`);
}

/** n.b. what JSON.parse says of a text quotes it. */
function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigurationError(`The file of keys ${path} is no JSON.`);
  }
}
