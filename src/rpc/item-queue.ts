import { Fifo } from '../amqp/index.js';
import { leadHere } from '../common/call-site.js';

/** What a stream gives when it is asked for its next item. */
export type Step = IteratorResult<unknown, undefined>;

interface Waiter {
  resolve(step: Step): void;
  reject(error: Error): void;
}

/** The items of a stream that have come, and those who wait for more: each gets one, in order, and then why there are no more. */
export class ItemQueue {
  readonly #items = new Fifo<unknown>();
  readonly #waiters = new Fifo<Waiter>();
  readonly #onTake: () => void;
  #error: Error | undefined;
  #isOver = false;

  /** @param onTake told of each item that is taken out. */
  constructor(onTake: () => void) {
    this.#onTake = onTake;
  }

  /** True when nothing more is put in. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The next item, or why there is none: an error once, then that it is done. */
  next(): Promise<Step> {
    if (this.#items.length > 0) return Promise.resolve(this.#take());
    if (!this.#isOver) return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
    return new Promise((resolve, reject) => this.#tellEnd({ resolve, reject }));
  }

  push(items: readonly unknown[]): void {
    for (const item of items) this.#items.push(item);
    while (this.#items.length > 0 && this.#waiters.length > 0) this.#waiters.shift()?.resolve(this.#take());
  }

  /** Throws away what nobody wants any more, an error too. */
  clear(): void {
    this.#items.takeAll();
    this.#error = undefined;
  }

  /** Nothing more comes; with an error behind what is here, or well. */
  finish(error: Error | undefined): void {
    this.#isOver = true;
    this.#error = error;
    for (const waiter of this.#waiters.takeAll()) this.#tellEnd(waiter);
  }

  #take(): Step {
    const step = { done: false, value: this.#items.shift() } as const;
    this.#onTake();
    return step;
  }

  #tellEnd({ resolve, reject }: Waiter): void {
    const error = this.#error;
    this.#error = undefined;
    if (error) {
      leadHere(error);
      reject(error);
    } else resolve({ done: true, value: undefined });
  }
}
