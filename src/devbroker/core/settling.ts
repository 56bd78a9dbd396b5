import type { ChannelContext } from './channel-context.js';
import type { Settlement } from './events.js';
import type { Queue } from './queue.js';
import type { Entry } from './ready-list.js';
import { groupsOf } from './settling-groups.js';
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

  /** The queues of which something is out. */
  get queues(): ReadonlySet<Queue> {
    return this.#out.queues;
  }

  add(delivery: Unsettled): void {
    this.#out.add(delivery);
  }

  /**
   * Settles one delivery, or all up to it.
   *
   * @throws AmqpError 406 for a tag that is not out.
   */
  settle(deliveryTag: number, multiple: boolean, settlement: Settlement): void {
    this.#apply(this.#out.take(deliveryTag, multiple), settlement);
  }

  /** Checks and keeps a settlement for `commit`, within a transaction. */
  hold(deliveryTag: number, multiple: boolean, settlement: Settlement): void {
    this.#held.push({ deliveries: this.#out.take(deliveryTag, multiple), settlement });
  }

  commit(): void {
    for (const { deliveries, settlement } of this.#held.splice(0)) this.#apply(deliveries, settlement);
  }

  /** Undoes what was held: the deliveries are out again. */
  rollback(): void {
    this.#out.restore(this.#held.splice(0).flatMap(({ deliveries }) => deliveries));
  }

  /** Gives everything back. */
  requeueAll(): void {
    this.rollback();
    this.#apply(this.#out.takeAll(), 'requeue');
  }

  /** Hands out what is out of a queue, for it to take back. */
  release(queue: Queue): readonly Entry[] {
    const deliveries = this.#out.takeOf(queue);
    this.#announce(deliveries, 'requeue');
    return deliveries.map(({ entry }) => entry);
  }

  #apply(deliveries: readonly Unsettled[], settlement: Settlement): void {
    this.#announce(deliveries, settlement);
    this.#context.virtualHost.buryAfter(() => {
      for (const group of groupsOf(deliveries)) settleGroup(group, settlement);
    });
    this.#out.free(deliveries);
  }

  #announce(deliveries: readonly Unsettled[], settlement: Settlement): void {
    const { events, connection } = this.#context;
    if (!events.isWatched) return;
    for (const { queue, entry } of deliveries) {
      const { message } = entry;
      events.emit({ type: 'settled', connection: connection.name, queue: queue.name, settlement, message });
    }
  }
}

function settleGroup(group: readonly [Unsettled, ...Unsettled[]], settlement: Settlement): void {
  const [{ queue, consumer }] = group;
  if (consumer) consumer.unsettled -= group.length;
  if (settlement === 'requeue') queue.requeue(group.map(({ entry }) => entry));
  else for (const { entry } of group) queue.settle(entry, settlement);
  if (consumer && queue.consumers.has(consumer)) queue.pump();
}
