import { Fifo } from '../common/fifo.js';
import type { Delivery } from './delivery.js';
import type { Duplicates } from './duplicates.js';

/** What was delivered and has not begun, in order; and beside it those that wait for the same message to end. */
export class Waiting {
  readonly #inLine = new Fifo<Delivery>();
  readonly #duplicates: Duplicates;

  constructor(duplicates: Duplicates) {
    this.#duplicates = duplicates;
  }

  /** The one whose turn it is. */
  get first(): Delivery | undefined {
    return this.#inLine.first;
  }

  get isEmpty(): boolean {
    return this.#inLine.length === 0 && !this.#duplicates.isHolding;
  }

  get all(): readonly Delivery[] {
    return [...this.#duplicates.held, ...this.#inLine.toArray()];
  }

  push(delivery: Delivery): void {
    this.#inLine.push(delivery);
  }

  shift(): void {
    this.#inLine.shift();
  }

  /** Puts those first that have waited for another one to end. */
  putBack(deliveries: readonly Delivery[]): void {
    this.#inLine.putBack(deliveries);
  }

  /** Lets those go that are not ours any more: they come again. */
  dropLost(): void {
    for (const delivery of this.#takeAll()) if (delivery.alive) this.push(delivery);
  }

  /** Gives some of them back to their queues. */
  giveBack(
    isMeant: (delivery: Delivery) => boolean,
    how: (delivery: Delivery) => void = (delivery) => delivery.giveBack(),
  ): void {
    for (const delivery of this.#takeAll()) {
      if (isMeant(delivery)) how(delivery);
      else this.push(delivery);
    }
  }

  #takeAll(): readonly Delivery[] {
    return [...this.#duplicates.releaseAll(), ...this.#inLine.takeAll()];
  }
}
