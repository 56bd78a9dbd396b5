import { AmqpError } from '../../protocol/index.js';
import type { Consumer } from './consumer.js';
import type { Queue } from './queue.js';
import type { Entry } from './ready-list.js';

/** A message that is out on a channel and waits to be settled. */
export interface Unsettled {
  readonly deliveryTag: number;
  readonly entry: Entry;
  readonly queue: Queue;
  /** Absent for a `basic.get`. */
  readonly consumer: Consumer | undefined;
}

/** The unsettled messages of a channel in order of their tags. */
export class UnsettledList {
  readonly #byTag = new Map<number, Unsettled>();
  #heldByConsumers = 0;

  /** How many of them count against the prefetch of the channel: those of consumers. */
  get heldByConsumers(): number {
    return this.#heldByConsumers;
  }

  get size(): number {
    return this.#byTag.size;
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
    if (!this.#byTag.has(deliveryTag)) {
      throw new AmqpError('PRECONDITION_FAILED', `unknown delivery tag ${deliveryTag}`);
    }
    const taken: Unsettled[] = [];
    if (multiple) for (const each of this.#upTo(deliveryTag)) taken.push(this.#remove(each));
    else taken.push(this.#remove(this.#byTag.get(deliveryTag) as Unsettled));
    return taken;
  }

  takeAll(): readonly Unsettled[] {
    return [...this.#byTag.values()].map((delivery) => this.#remove(delivery));
  }

  *#upTo(deliveryTag: number): Generator<Unsettled> {
    for (const delivery of this.#byTag.values()) {
      if (delivery.deliveryTag > deliveryTag) return;
      yield delivery;
    }
  }

  #remove(delivery: Unsettled): Unsettled {
    this.#byTag.delete(delivery.deliveryTag);
    if (delivery.consumer) {
      this.#heldByConsumers -= 1;
      delivery.consumer.unsettled -= 1;
    }
    return delivery;
  }
}
