import type { Consumer } from './consumer.js';

/**
 * The consumers of a queue in the order they are served: highest priority first, and among equals in turn. One that
 * turns out to be full leaves the round and comes back at its end when it has room again, as in RabbitMQ. With a
 * single active consumer only the first that came is served, until it goes; then the one of the highest priority.
 */
export class ConsumerRing {
  readonly #singleActive: boolean;
  /** All there are, in the order they came. */
  readonly #all = new Set<Consumer>();
  /** Those in the round, by priority; among equals, next to be served first. */
  #round: Consumer[] = [];
  /** Those that have left the round because they were full, in the order in which they left. */
  readonly #resting = new Set<Consumer>();
  #active: Consumer | undefined;

  constructor(singleActive: boolean) {
    this.#singleActive = singleActive;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Whether one consumer has the queue for itself. */
  get hasExclusive(): boolean {
    for (const { settings } of this.#all) if (settings.exclusive) return true;
    return false;
  }

  has(consumer: Consumer): boolean {
    return this.#all.has(consumer);
  }

  add(consumer: Consumer): void {
    this.#all.add(consumer);
    this.#join(consumer);
    this.#active ??= consumer;
  }

  remove(consumer: Consumer): boolean {
    if (!this.#all.delete(consumer)) return false;
    this.#resting.delete(consumer);
    this.#leave(consumer);
    if (this.#active === consumer) this.#active = this.#highest();
    return true;
  }

  /** The consumer to serve next, which then waits behind its equals. */
  next(): Consumer | undefined {
    if (this.#singleActive) return this.#nextActive();
    for (let [first] = this.#round; first !== undefined; [first] = this.#round) {
      this.#leave(first);
      if (first.owner.canTake(first)) {
        this.#join(first);
        return first;
      }
      this.#resting.add(first);
    }
    return undefined;
  }

  /** Lets those back in that have room again. */
  refresh(): void {
    for (const consumer of this.#resting) {
      if (!consumer.owner.canTake(consumer)) continue;
      this.#resting.delete(consumer);
      this.#join(consumer);
    }
  }

  /** Removes all and returns them. */
  clear(): readonly Consumer[] {
    const all = [...this.#all];
    this.#all.clear();
    this.#resting.clear();
    this.#round = [];
    this.#active = undefined;
    return all;
  }

  /** One that has not settled in time makes room for the next. */
  #nextActive(): Consumer | undefined {
    if (this.#active && this.#active.overdue > 0) this.#active = this.#highest() ?? this.#active;
    return this.#active?.owner.canTake(this.#active) ? this.#active : undefined;
  }

  /** The consumer of the highest priority that has nothing overdue; among equals the first that came. */
  #highest(): Consumer | undefined {
    let highest: Consumer | undefined;
    for (const each of this.#all) {
      if (each.overdue > 0) continue;
      if (highest === undefined || each.settings.priority > highest.settings.priority) highest = each;
    }
    return highest;
  }

  #leave(consumer: Consumer): void {
    const place = this.#round.indexOf(consumer);
    if (place >= 0) this.#round.splice(place, 1);
  }

  #join(consumer: Consumer): void {
    const { priority } = consumer.settings;
    const place = this.#round.findIndex((other) => other.settings.priority < priority);
    this.#round.splice(place < 0 ? this.#round.length : place, 0, consumer);
  }
}
