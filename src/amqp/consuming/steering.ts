import { isWaybillError } from '../../errors.js';
import type { Consumer } from './consumer.js';
import type { QueueTraits } from './subscription-host.js';

/** Lets somebody hold up a consumer while it runs, and change how much it takes at once. */
export class Steering {
  readonly #consumer: Consumer;
  /** The queues that it does not take from for now, and how it did. */
  readonly #paused = new Map<string, QueueTraits>();

  constructor(consumer: Consumer) {
    this.#consumer = consumer;
  }

  /** The queues that it does not take from for now. */
  get paused(): readonly string[] {
    return [...this.#paused.keys()];
  }

  /**
   * Takes no more messages of a queue until {@link resume}; what was delivered and not begun goes back, what runs goes on. False where it
   * does not take from that queue.
   */
  async pause(queue: string): Promise<boolean> {
    const subscription = this.#consumer.queues.find((each) => each.queue === queue);
    if (!subscription) return this.#paused.has(queue);
    this.#paused.set(queue, subscription.traits);
    await this.#consumer.cancel(queue);
    return true;
  }

  /** Takes from a queue again; one that cannot be taken from now is tried again with back-off. False where it was not paused. */
  async resume(queue: string): Promise<boolean> {
    const traits = this.#paused.get(queue);
    if (!traits) return false;
    this.#paused.delete(queue);
    const { priority, exclusive, offset } = traits;
    try {
      await this.#consumer.consume(queue, { priority, exclusive, offset, whenRefused: 'retry' });
    } catch (thrown) {
      // It has ended meanwhile.
      if (!isWaybillError(thrown, 'CLOSED')) throw thrown;
    }
    return true;
  }

  /** How many handlers run at once from now on; what runs goes on. */
  setConcurrency(concurrency: number): void {
    this.#consumer.tune({ concurrency });
  }

  /** How many unsettled messages of each queue the broker hands out from now on. */
  setPrefetch(prefetch: number): void {
    this.#consumer.tune({ prefetch });
  }
}
