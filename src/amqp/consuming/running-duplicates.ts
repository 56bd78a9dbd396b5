import type { Delivery } from './delivery.js';
import { failureCount } from './failure-count.js';

/**
 * Keeps one message from being handled twice at the same time. When a channel is lost, or the queue's process, the broker
 * hands out again what was not acked, at once, while the handlers still run: the second one waits here for the first. So does
 * the copy of a failed message, while the broker has not confirmed that it has it: else a kill could run both again.
 */
export class RunningDuplicates {
  readonly #held = new Map<Delivery, Delivery[]>();

  get isHolding(): boolean {
    return this.#held.size > 0;
  }

  /** Those that wait here. */
  get all(): readonly Delivery[] {
    return [...this.#held.values()].flat();
  }

  /** True if the delivery must wait, and then it is kept, because the same message still runs. */
  holds(delivery: Delivery, running: Iterable<Delivery>): boolean {
    const mayBeTwin = delivery.mayHaveRun || failureCount(delivery) > 0;
    const first = mayBeTwin ? twinOf(delivery, running) : undefined;
    if (!first) return false;
    this.#held.set(first, [...(this.#held.get(first) ?? []), delivery]);
    return true;
  }

  /** The handling of a delivery has ended: gives those that have waited for it. */
  release(delivery: Delivery): readonly Delivery[] {
    const freed = this.#held.get(delivery) ?? [];
    this.#held.delete(delivery);
    return freed;
  }

  /** Gives all that wait. */
  releaseAll(): readonly Delivery[] {
    const freed = this.all;
    this.#held.clear();
    return freed;
  }
}

/** The one of those that run which is a delivery of the same message. */
export function twinOf(delivery: Delivery, running: Iterable<Delivery>): Delivery | undefined {
  for (const each of running) if (isSameMessage(each, delivery)) return each;
  return undefined;
}

/**
 * True for two deliveries of one message, as far as anybody can tell. Not every client gives its messages ids, or unique
 * ones; taking two equal messages for one only makes the second wait.
 */
export function isSameMessage(one: Delivery, other: Delivery): boolean {
  const isAlike = one.queue === other.queue && one.properties.messageId === other.properties.messageId;
  return isAlike && one.content.equals(other.content);
}
