import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { ConfigurationError } from '../errors.js';
import { Key, type KeyEntry } from './key.js';
import { readKeyFile, stampOf, writeKeyFile } from './key-file.js';

/** What a new key is to be. */
export interface NewKey {
  /** For whom it may speak. */
  readonly names: readonly string[];
  /** @default 'ed25519' */
  readonly alg?: KeyEntry['alg'] | undefined;
  /** @default made of the first name and the day: `shop-20270131` */
  readonly id?: string | undefined;
  readonly notBefore?: string | undefined;
  readonly notAfter?: string | undefined;
}

/** A key as it may be shown: nothing in it is secret. */
export interface ListedKey extends Pick<KeyEntry, 'id' | 'alg' | 'names' | 'notBefore' | 'notAfter'> {
  /** The public key, for the files of those who only verify; undefined for HMAC, where they need the secret. */
  readonly public: string | undefined;
  readonly signs: boolean;
}

/**
 * Adds a key to a file of keys, which is made where there is none, and is for its owner alone afterwards.
 * @throws ConfigurationError for what can be no key, for an id that is taken, and for a file that cannot be read or written
 */
export function newKey(path: string, asked: NewKey): ListedKey {
  const entries = stampOf(path) === undefined ? [] : readKeyFile(path).entries;
  const { alg = 'ed25519', names, notBefore, notAfter } = asked;
  const id = asked.id ?? idFor(names[0] ?? 'key', entries);
  const life = { ...(notBefore !== undefined && { notBefore }), ...(notAfter !== undefined && { notAfter }) };
  const entry: KeyEntry = { id, alg, ...material(alg), names: [...names], ...life };
  const listed = shownKey(entry);
  if (entries.some((each) => each.id === id))
    throw new ConfigurationError(`The file of keys ${path} has a key '${id}' already. Choose another id.`);
  writeKeyFile(path, [...entries, entry]);
  return listed;
}

/** The keys of a file, in their order, without what is secret. @throws ConfigurationError */
export function listKeys(path: string): readonly ListedKey[] {
  return readKeyFile(path).entries.map(shownKey);
}

function shownKey(entry: KeyEntry): ListedKey {
  const { id, alg, names, notBefore, notAfter } = entry;
  const open = alg === 'ed25519' ? entry.public : undefined;
  return { id, alg, names, notBefore, notAfter, public: open, signs: new Key(entry).signs };
}

function material(alg: KeyEntry['alg']): Pick<KeyEntry, 'public' | 'private' | 'secret'> {
  if (alg !== 'ed25519') return { secret: randomBytes(32).toString('base64url') };
  const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as Jwk;
  return { public: x, private: d };
}

interface Jwk {
  readonly x: string;
  readonly d: string;
}

function idFor(name: string, entries: readonly KeyEntry[]): string {
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const stem = `${name.replace(/[^A-Za-z0-9_-]+/g, '').slice(0, 48) || 'key'}-${day}`;
  const isTaken = (id: string): boolean => entries.some((each) => each.id === id);
  let id = stem;
  for (let at = 2; isTaken(id); at++) id = `${stem}-${at}`;
  return id;
}
