import { assertNames } from '../common/assert-names.js';
import type { Subscription } from './subscription.js';

/** The queues that one consumer takes from, and those that it has left and of which something is not settled yet. */
export class Subscriptions {
  readonly #open = new Map<string, Subscription>();
  readonly #left = new Set<Subscription>();

  /** Those that are meant to be consumed now. */
  get open(): readonly Subscription[] {
    return [...this.#open.values()];
  }

  /** How many deliveries are neither acked nor rejected. */
  get unsettled(): number {
    return [...this.#open.values(), ...this.#left].reduce((sum, { unsettled }) => sum + unsettled, 0);
  }

  has(queue: string): boolean {
    return this.#open.has(queue);
  }

  /** @throws ConfigurationError for a queue's name that AMQP cannot carry */
  add(subscription: Subscription): void {
    assertNames({ queue: subscription.queue });
    this.#open.set(subscription.queue, subscription);
  }

  /** It could not begin. */
  drop({ queue }: Subscription): void {
    this.#open.delete(queue);
  }

  /** Takes no more messages of a queue; what was delivered may still be settled. */
  async leave(queue: string): Promise<void> {
    const subscription = this.#open.get(queue);
    if (!subscription) return;
    this.#open.delete(queue);
    this.#left.add(subscription);
    await subscription.cancel();
  }

  /** Closes those that were left, as soon as nothing of theirs is unsettled. */
  closeSettled(): void {
    for (const subscription of this.#left) {
      if (subscription.unsettled > 0) continue;
      this.#left.delete(subscription);
      void subscription.close();
    }
  }

  /** Closes all that were left, settled or not. */
  async closeLeft(): Promise<void> {
    await Promise.all([...this.#left].map((subscription) => subscription.close()));
  }
}
