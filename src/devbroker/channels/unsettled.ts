import { AmqpError } from '../../protocol/index.js';
import type { Consumer } from '../queues/consumer.js';
import type { Queue } from '../queues/queue.js';
import type { Entry } from '../queues/ready-list.js';

/** A message that is out on a channel and waits to be settled. */
export interface Unsettled {
  readonly deliveryTag: number;
  readonly entry: Entry;
  readonly queue: Queue;
  /** Absent for a `basic.get`. */
  readonly consumer: Consumer | undefined;
  /** When it is to be settled, by the broker's clock. */
  readonly deadline: number;
  /** Whether that was not done in time, and the queue has taken the message back. */
  isOverdue?: boolean;
}

/**
 * The unsettled messages of a channel in order of their tags. What is taken out counts against the prefetch until it is
 * freed: a transaction may put it back.
 */
export class UnsettledList {
  readonly #byTag = new Map<number, Unsettled>();
  #heldByConsumers = 0;

  /** How many messages count against the prefetch of the channel: those of consumers. */
  get heldByConsumers(): number {
    return this.#heldByConsumers;
  }

  get size(): number {
    return this.#byTag.size;
  }

  /** The queues they are from. */
  get queues(): ReadonlySet<Queue> {
    return new Set(Array.from(this.#byTag.values(), ({ queue }) => queue));
  }

  /** When the next delivery is to be settled that is not overdue. */
  get nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { isOverdue, deadline } of this.#byTag.values())
      if (!isOverdue) next = Math.min(next, deadline);
    return next;
  }

  /** What is to be settled by now, and was not overdue before. */
  overdueAt(time: number): readonly Unsettled[] {
    return [...this.#byTag.values()].filter(({ isOverdue, deadline }) => !isOverdue && deadline <= time);
  }

  add(delivery: Unsettled): void {
    this.#byTag.set(delivery.deliveryTag, delivery);
    if (!delivery.consumer) return;
    this.#heldByConsumers += 1;
    delivery.consumer.unsettled += 1;
  }

  /**
   * Takes out one delivery, or with `multiple` all up to it (tag 0: all there are).
   *
   * @throws AmqpError 406 for a tag that is not out.
   */
  take(deliveryTag: number, multiple: boolean): readonly Unsettled[] {
    if (multiple && deliveryTag === 0) return this.takeAll();
    const delivery = this.#byTag.get(deliveryTag);
    if (!delivery) throw new AmqpError('PRECONDITION_FAILED', `unknown delivery tag ${deliveryTag}`);
    return this.#takeOut(multiple ? [...this.#upTo(deliveryTag)] : [delivery]);
  }

  takeAll(): readonly Unsettled[] {
    return this.#takeOut([...this.#byTag.values()]);
  }

  takeOf(queue: Queue): readonly Unsettled[] {
    return this.#takeOut([...this.#byTag.values()].filter((delivery) => delivery.queue === queue));
  }

  /** Puts back what was taken. */
  restore(taken: readonly Unsettled[]): void {
    const all = [...taken, ...this.#byTag.values()].sort((one, other) => one.deliveryTag - other.deliveryTag);
    this.#byTag.clear();
    for (const delivery of all) this.#byTag.set(delivery.deliveryTag, delivery);
  }

  /** What was taken does not count any more against the prefetch of the channel. */
  free(taken: readonly Unsettled[]): void {
    for (const { consumer } of taken) if (consumer) this.#heldByConsumers -= 1;
  }

  *#upTo(deliveryTag: number): Generator<Unsettled> {
    for (const delivery of this.#byTag.values()) {
      if (delivery.deliveryTag > deliveryTag) return;
      yield delivery;
    }
  }

  #takeOut(deliveries: readonly Unsettled[]): readonly Unsettled[] {
    for (const { deliveryTag } of deliveries) this.#byTag.delete(deliveryTag);
    return deliveries;
  }
}
