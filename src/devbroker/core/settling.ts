import type { ChannelContext } from './channel-context.js';
import type { Settlement } from './events.js';
import type { Queue } from './queue.js';
import type { Entry } from './ready-list.js';
import { type Unsettled, UnsettledList } from './unsettled.js';

/** The settling side of a channel: what is out, and how it comes back. */
export class Settling {
  readonly #context: ChannelContext;
  readonly #out = new UnsettledList();
  #held: { readonly deliveries: readonly Unsettled[]; readonly settlement: Settlement }[] = [];

  constructor(context: ChannelContext) {
    this.#context = context;
  }

  /** How many messages consumers of this channel hold. */
  get heldByConsumers(): number {
    return this.#out.heldByConsumers;
  }

  /** Whether everything delivered has been settled. */
  get isClear(): boolean {
    return this.#out.size === 0 && this.#held.length === 0;
  }

  add(delivery: Unsettled): void {
    this.#out.add(delivery);
  }

  /**
   * Settles one delivery, or all up to it.
   *
   * @throws AmqpError 406 for a tag that is not out.
   */
  settle(deliveryTag: number, multiple: boolean, settlement: Settlement): readonly Queue[] {
    return this.#apply(this.#out.take(deliveryTag, multiple), settlement);
  }

  /** Checks and keeps a settlement for `commit`, within a transaction. */
  hold(deliveryTag: number, multiple: boolean, settlement: Settlement): void {
    this.#held.push({ deliveries: this.#out.take(deliveryTag, multiple), settlement });
  }

  commit(): readonly Queue[] {
    const held = this.#held;
    this.#held = [];
    return held.flatMap(({ deliveries, settlement }) => this.#apply(deliveries, settlement));
  }

  /** Undoes what was held: the deliveries are out again. */
  rollback(): void {
    const held = this.#held.flatMap(({ deliveries }) => deliveries);
    const all = [...held, ...this.#out.takeAll()].sort((one, other) => one.deliveryTag - other.deliveryTag);
    this.#held = [];
    for (const delivery of all) this.#out.add(delivery);
  }

  /** Gives everything back. */
  requeueAll(): readonly Queue[] {
    this.rollback();
    return this.#apply(this.#out.takeAll(), 'requeue');
  }

  /** Returns the queues that were touched. */
  #apply(deliveries: readonly Unsettled[], settlement: Settlement): readonly Queue[] {
    if (this.#context.events.isWatched) this.#announce(deliveries, settlement);
    const queues = new Set<Queue>();
    for (const { queue } of deliveries) queues.add(queue);
    if (settlement === 'requeue') for (const queue of queues) queue.requeue(entriesOf(queue, deliveries));
    else if (settlement === 'ack') for (const { queue, entry } of deliveries) queue.acknowledge(entry);
    else for (const { queue, entry } of deliveries) queue.discard(entry);
    return [...queues];
  }

  #announce(deliveries: readonly Unsettled[], settlement: Settlement): void {
    const connection = this.#context.connection.name;
    for (const { queue, entry } of deliveries) {
      const { message } = entry;
      this.#context.events.emit({ type: 'settled', connection, queue: queue.name, settlement, message });
    }
  }
}

function entriesOf(queue: Queue, deliveries: readonly Unsettled[]): Entry[] {
  return deliveries.filter((delivery) => delivery.queue === queue).map(({ entry }) => entry);
}
