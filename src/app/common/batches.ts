import { inOwnContext } from '../../common/own-context.js';
import { startTimer } from '../../common/timers.js';

/** How items are put into batches. */
export interface BatchRules {
  /** A batch has no more than this many. */
  readonly size: number;
  /** No item waits longer than this for a batch to fill. */
  readonly flushIntervalMs: number;
  /** How many batches are handled at once. */
  readonly concurrency: number;
}

/** Why a batch goes out: it is full, or its oldest item has waited long enough. */
export type BatchCause = 'full' | 'flush';

/** What {@link Batches} works with. */
export interface BatchHandling<T> {
  /** Handles one batch, never an empty one. Must not reject. */
  handle(batch: readonly T[], cause: BatchCause): Promise<void>;
  /** Says that an item has become void while it waited; it is left out then. */
  isStale?(item: T): boolean;
  /** Says that an item must wait until one of those that are being handled is done. */
  mustWait?(item: T, inHand: Iterable<T>): boolean;
}

/**
 * Collects items, in order, and hands them on in batches: when there are enough, or when the oldest has waited long
 * enough, whichever is first. A batch is taken in one go, and what is taken is nobody else's.
 */
export class Batches<T> {
  readonly #rules: BatchRules;
  readonly #handling: BatchHandling<T>;
  readonly #listeners = new Set<() => void>();
  #waiting: { readonly item: T; readonly dueAt: number }[] = [];
  #stopTimer: (() => void) | undefined;
  readonly #inHand = new Set<T>();
  #running = 0;
  #stopped = false;

  constructor(rules: BatchRules, handling: BatchHandling<T>) {
    this.#rules = rules;
    this.#handling = handling;
  }

  /** The items of the batches that are being handled. */
  get inHand(): Iterable<T> {
    return this.#inHand;
  }

  /** The items that wait for their batch. */
  get items(): readonly T[] {
    return this.#waiting.map(({ item }) => item);
  }

  /** How many items wait for their batch. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** How many batches are being handled. */
  get running(): number {
    return this.#running;
  }

  /** Takes an item in. */
  add(item: T): void {
    this.#waiting.push({ item, dueAt: performance.now() + this.#rules.flushIntervalMs });
    this.#work();
  }

  /** Starts no batch any more, and gives out what waits. */
  stop(): readonly T[] {
    this.#stopped = true;
    this.#stopTimer?.();
    return this.#waiting.splice(0).flatMap(({ item }) => (this.#handling.isStale?.(item) ? [] : item));
  }

  /** Sends out what waits, without waiting for more. */
  flush(): void {
    this.#waiting = this.#waiting.map(({ item }) => ({ item, dueAt: 0 }));
    this.#work();
  }

  /** Resolves when fewer than a batch wait: for whoever can hold back what comes. */
  async room(): Promise<void> {
    while (this.#waiting.length >= this.#rules.size && !this.#stopped) await this.#change();
  }

  /** Resolves when no batch is being handled. */
  async idle(): Promise<void> {
    while (this.#running > 0) await this.#change();
  }

  #work(): void {
    while (!this.#stopped && this.#running < this.#rules.concurrency) {
      const cause = this.#due();
      const batch = cause ? this.#take() : [];
      if (batch.length > 0 && cause) void this.#run(batch, cause);
      // Where all that is due must wait, the end of what they wait for looks again.
      else if (cause && this.#waiting.length > 0) return;
      else break;
    }
    this.#arm();
  }

  #due(): BatchCause | undefined {
    if (this.#waiting.length >= this.#rules.size) return this.#dropStale() ? this.#due() : 'full';
    const [first] = this.#waiting;
    return first && first.dueAt <= performance.now() ? 'flush' : undefined;
  }

  /** True when there was something to drop. */
  #dropStale(): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter(({ item }) => !this.#handling.isStale?.(item));
    return this.#waiting.length < before;
  }

  /** Takes one batch, in order; those that must wait stay, and hold up nobody. */
  #take(): readonly T[] {
    const batch: T[] = [];
    this.#waiting = this.#waiting.filter(({ item }) => {
      if (this.#handling.isStale?.(item)) return false;
      if (batch.length === this.#rules.size || this.#handling.mustWait?.(item, this.#inHand)) return true;
      batch.push(item);
      return false;
    });
    return batch;
  }

  async #run(batch: readonly T[], cause: BatchCause): Promise<void> {
    this.#running++;
    for (const item of batch) this.#inHand.add(item);
    this.#tell();
    await inOwnContext(() => this.#handling.handle(batch, cause));
    this.#running--;
    for (const item of batch) this.#inHand.delete(item);
    this.#work();
    this.#tell();
  }

  /** One timer at a time: what it finds not due yet, it waits for again. With all hands busy, the next free one looks. */
  #arm(): void {
    const [first] = this.#waiting;
    if (!first || this.#stopTimer || this.#stopped || this.#running >= this.#rules.concurrency) return;
    const restMs = Math.ceil(first.dueAt - performance.now());
    const onTime = (): void => {
      this.#stopTimer = undefined;
      this.#work();
    };
    this.#stopTimer = startTimer(Math.max(1, restMs), onTime);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#listeners.add(resolve));
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
