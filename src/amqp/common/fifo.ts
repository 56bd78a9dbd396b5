/** A first-in-first-out queue whose ends cost the same however long it is (an array's `shift` does not). */
export class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** The one that `shift` would take out. */
  get first(): T | undefined {
    return this.#items[this.#head];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#head];
    if (this.#head === this.#items.length) return undefined;
    this.#items[this.#head++] = undefined;
    if (this.#head > 1_000 && this.#head * 2 > this.#items.length) this.#compact();
    return item;
  }

  /** Puts items back before all others, in their order. */
  putBack(items: readonly T[]): void {
    this.#items = [...items, ...this.toArray()];
    this.#head = 0;
  }

  /** Takes everything out, in order. */
  takeAll(): T[] {
    const items = this.toArray();
    this.#items = [];
    this.#head = 0;
    return items;
  }

  /** Takes out all but those which are to be kept. */
  keep(isKept: (item: T) => boolean): void {
    this.#items = this.toArray().filter(isKept);
    this.#head = 0;
  }

  /** What waits, in order; nothing is taken out. */
  toArray(): T[] {
    return this.#items.slice(this.#head) as T[];
  }

  #compact(): void {
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
