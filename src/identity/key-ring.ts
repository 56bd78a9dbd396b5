import { resolve } from 'node:path';
import { ConfigurationError, toError } from '../errors.js';
import type { Logger } from '../logger.js';
import type { Key, KeyEntry } from './key.js';
import { keysOf, readKeyFile, stampOf } from './key-file.js';

/** How often it is looked whether a file was changed, at most. */
const lookEveryMs = 1_000;
/** The same where a key is asked for that nobody knows: it may just have come. */
const lookAgainMs = 100;

/** A file that is read again when it has changed. */
interface Source {
  readonly path: string;
  readonly logger: Logger;
  stamp: string | undefined;
  lookedAt: number;
  toldOfOpen: boolean;
}

/**
 * The keys that a process knows, by their ids. Those of a file are read again when it has changed, which is looked for once a second at
 * most, when one is asked for; a file that cannot be read, or is none, changes nothing, and the log tells why.
 */
export class KeyRing {
  #keys: ReadonlyMap<string, Key> = new Map();
  #source: Source | undefined;

  /** Keys that stay as they are. @throws ConfigurationError for what is no key */
  constructor(entries: readonly KeyEntry[] = []) {
    this.#take(keysOf(entries, 'KeyRing'));
  }

  /** The keys of a file; all of a process that name it have one ring. @throws ConfigurationError for one that cannot be read, or is none */
  static fromFile(path: string, logger: Logger): KeyRing {
    const whole = resolve(path);
    const known = rings.get(whole);
    if (known) return known;
    const ring = new KeyRing();
    ring.#source = { path: whole, logger, stamp: undefined, lookedAt: 0, toldOfOpen: false };
    ring.#read(ring.#source);
    rings.set(whole, ring);
    return ring;
  }

  /** The ids of all of them, in their order. */
  get ids(): readonly string[] {
    this.#look(lookEveryMs);
    return [...this.#keys.keys()];
  }

  /** The key of an id; undefined where there is none. */
  find(id: string): Key | undefined {
    this.#look(lookEveryMs);
    const key = this.#keys.get(id);
    if (key || !this.#source) return key;
    this.#look(lookAgainMs);
    return this.#keys.get(id);
  }

  /**
   * The key by which somebody signs now: that of an id, or, where `true` is given, the last one that may.
   * @throws ConfigurationError saying why there is none
   */
  signing(which: string | true, name: string, now: number): Key {
    this.#look(which === true || this.#keys.has(which) ? lookEveryMs : lookAgainMs);
    const chosen = which === true ? [...this.#keys.values()].reverse() : [this.#keys.get(which)];
    const key = chosen.find((each) => each?.maySign(name, now));
    if (key) return key;
    const [only] = which === true ? [] : chosen;
    throw new ConfigurationError(`${name} cannot sign: ${whyNot(which, only, name, now)}`);
  }

  #look(everyMs: number): void {
    const source = this.#source;
    if (!source || performance.now() - source.lookedAt < everyMs) return;
    source.lookedAt = performance.now();
    try {
      if (stampOf(source.path) !== source.stamp) this.#read(source);
    } catch (thrown) {
      source.logger.warn(`${toError(thrown).message} The keys from before are used on.`);
    }
  }

  #read(source: Source): void {
    source.lookedAt = performance.now();
    source.stamp = stampOf(source.path);
    const { keys, isOpen } = readKeyFile(source.path);
    this.#take(keys);
    if (!isOpen || source.toldOfOpen) return;
    source.toldOfOpen = true;
    source.logger.warn(
      `The file of keys ${source.path} has secrets in it, and others than its owner may read it: chmod 600. This is said once.`,
    );
  }

  #take(keys: readonly Key[]): void {
    this.#keys = new Map(keys.map((key) => [key.id, key]));
  }
}

function whyNot(which: string | true, key: Key | undefined, name: string, now: number): string {
  if (which === true)
    return `no key may sign for it. Make one: npx waybill key new --name ${name} --keys keys.json`;
  if (!key) return `there is no key '${which}'. \`npx waybill key list\` tells what is.`;
  if (!key.signs) return `the private part of the key '${which}' is not in the file of keys.`;
  if (!key.speaksFor(name)) return `the key '${which}' may not speak for it: add it to its names.`;
  return now > key.notAfter ? `the key '${which}' is over.` : `the key '${which}' does not sign yet.`;
}

const rings = new Map<string, KeyRing>();
