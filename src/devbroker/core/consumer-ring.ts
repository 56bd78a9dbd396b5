import type { Consumer } from './consumer.js';

/**
 * The consumers of a queue in the order they are served: highest priority first, and among equals whoever
 * has waited longest. With a single active consumer only the first that came is served, until it leaves.
 */
export class ConsumerRing {
  readonly #singleActive: boolean;
  /** In order of priority; among equals, next to be served first. */
  #waiting: Consumer[] = [];
  #active: Consumer | undefined;

  constructor(singleActive: boolean) {
    this.#singleActive = singleActive;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Whether one consumer has the queue for itself. */
  get hasExclusive(): boolean {
    return this.#waiting.some((consumer) => consumer.settings.exclusive);
  }

  add(consumer: Consumer): void {
    this.#insert(consumer);
    this.#active ??= consumer;
  }

  remove(consumer: Consumer): boolean {
    const place = this.#waiting.indexOf(consumer);
    if (place < 0) return false;
    this.#waiting.splice(place, 1);
    if (this.#active === consumer) this.#active = this.#waiting[0];
    return true;
  }

  /** The consumer to serve next, which then waits behind its equals. */
  next(): Consumer | undefined {
    if (this.#singleActive) return this.#active?.owner.canTake(this.#active) ? this.#active : undefined;
    const place = this.#waiting.findIndex((consumer) => consumer.owner.canTake(consumer));
    const consumer = this.#waiting[place];
    if (consumer === undefined || this.#waiting.length === 1) return consumer;
    this.#waiting.splice(place, 1);
    this.#insert(consumer);
    return consumer;
  }

  /** Removes all and returns them. */
  clear(): readonly Consumer[] {
    const all = this.#waiting;
    this.#waiting = [];
    this.#active = undefined;
    return all;
  }

  [Symbol.iterator](): Iterator<Consumer> {
    return this.#waiting.values();
  }

  #insert(consumer: Consumer): void {
    const { priority } = consumer.settings;
    const place = this.#waiting.findIndex((other) => other.settings.priority < priority);
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, consumer);
  }
}
