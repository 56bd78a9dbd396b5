/** Things that several owners share by key; the last owner to release one learns that it was the last. */
export class SharedPool<T extends object> {
  readonly #byKey = new Map<string, { readonly thing: T; owners: number }>();
  readonly #keys = new WeakMap<T, string>();
  readonly #identities = new WeakMap<object, number>();
  #lastIdentity = 0;

  /** The thing for this key: the one that is there, or a new one. Each call makes one more owner. */
  acquire(key: string, create: () => T): T {
    const entry = this.#byKey.get(key) ?? { thing: create(), owners: 0 };
    entry.owners++;
    this.#byKey.set(key, entry);
    this.#keys.set(entry.thing, key);
    return entry.thing;
  }

  /** All that somebody has. */
  get all(): readonly T[] {
    return [...this.#byKey.values()].map(({ thing }) => thing);
  }

  /** Makes one owner less; true when that was the last. What is not in the pool any more is left alone. */
  release(thing: T): boolean {
    const key = this.#keys.get(thing);
    const entry = key === undefined ? undefined : this.#byKey.get(key);
    if (key === undefined || !entry || entry.thing !== thing || --entry.owners > 0) return false;
    this.#byKey.delete(key);
    this.#keys.delete(thing);
    return true;
  }

  /** A number for an object, for keys: equal settings with different TLS options or loggers must not be mixed up. */
  identityOf(object: object | undefined): number {
    if (!object) return 0;
    const identity = this.#identities.get(object) ?? ++this.#lastIdentity;
    this.#identities.set(object, identity);
    return identity;
  }
}
