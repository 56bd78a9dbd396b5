import type { Settlement } from '../common/events.js';
import type { Outcome, Queue } from '../queues/queue.js';
import type { Entry } from '../queues/ready-list.js';
import type { ChannelContext } from './channel-context.js';
import { groupsOf, type SettlingGroup } from './settling-groups.js';
import { type Unsettled, UnsettledList } from './unsettled.js';

const announced: Readonly<Record<Outcome, Settlement>> = {
  ack: 'ack',
  requeue: 'requeue',
  release: 'requeue',
  reject: 'reject',
  drop: 'reject',
};

/** The settling side of a channel: what is out, and how it comes back. */
export class Settling {
  readonly #context: ChannelContext;
  readonly #out = new UnsettledList();
  #held: { readonly deliveries: readonly Unsettled[]; readonly outcome: Outcome }[] = [];

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

  /** When the next delivery is to be settled that is not overdue. */
  get nextDeadline(): number {
    return this.#out.nextDeadline;
  }

  /** What is to be settled by now, and was not overdue before. */
  overdueAt(time: number): readonly Unsettled[] {
    return this.#out.overdueAt(time);
  }

  /** Gives back what is overdue; that it was late is remembered until it is settled all the same. */
  takeBack(overdue: readonly Unsettled[]): void {
    for (const delivery of overdue) {
      delivery.isOverdue = true;
      if (delivery.consumer) delivery.consumer.overdue += 1;
    }
    for (const group of groupsOf(overdue)) group[0].queue.requeue(entriesOf(group), false);
  }

  add(delivery: Unsettled): void {
    this.#out.add(delivery);
  }

  /**
   * Settles one delivery, or all up to it.
   *
   * @throws AmqpError 406 for a tag that is not out.
   */
  settle(deliveryTag: number, multiple: boolean, outcome: Outcome): void {
    this.#apply(this.#out.take(deliveryTag, multiple), outcome);
  }

  /** Checks and keeps a settlement for `commit`, within a transaction. */
  hold(deliveryTag: number, multiple: boolean, outcome: Outcome): void {
    this.#held.push({ deliveries: this.#out.take(deliveryTag, multiple), outcome });
  }

  commit(): void {
    for (const { deliveries, outcome } of this.#held.splice(0)) this.#apply(deliveries, outcome);
  }

  /** Undoes what was held: the deliveries are out again. */
  rollback(): void {
    this.#out.restore(this.#held.splice(0).flatMap(({ deliveries }) => deliveries));
  }

  /** Gives everything back that is out. What is held for `commit` is not. */
  requeueAll(outcome: 'requeue' | 'release'): void {
    this.#apply(this.#out.takeAll(), outcome);
  }

  /** Hands out what is out of a queue, for it to take back. */
  release(queue: Queue): readonly Entry[] {
    const deliveries = this.#out.takeOf(queue).filter(({ isOverdue }) => !isOverdue);
    this.#announce(deliveries, 'requeue');
    return entriesOf(deliveries);
  }

  #apply(deliveries: readonly Unsettled[], outcome: Outcome): void {
    const timely = deliveries.filter(({ isOverdue }) => !isOverdue);
    this.#announce(timely, announced[outcome]);
    this.#context.virtualHost.buryAfter(() => {
      for (const group of groupsOf(timely)) settleGroup(group, outcome);
    });
    if (timely.length < deliveries.length) settleLate(deliveries, outcome);
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

function entriesOf(deliveries: readonly Unsettled[]): readonly Entry[] {
  return deliveries.map(({ entry }) => entry);
}

/** The message is somebody else's by now. RabbitMQ 4.3 serves the consumer again once it has acked or dropped all of them. */
function settleLate(deliveries: readonly Unsettled[], outcome: Outcome): void {
  for (const { isOverdue, consumer, queue } of deliveries) {
    if (!(isOverdue && consumer)) continue;
    consumer.unsettled -= 1;
    if (announced[outcome] !== 'requeue') consumer.overdue -= 1;
    if (consumer.overdue === 0) queue.pump();
  }
}

function settleGroup(group: SettlingGroup, outcome: Outcome): void {
  const [{ queue, consumer }] = group;
  if (consumer && queue.makesRoom(outcome)) consumer.unsettled -= group.length;
  if (outcome === 'requeue' || outcome === 'release') queue.requeue(entriesOf(group), outcome === 'requeue');
  else for (const { entry } of group) queue.settle(entry, outcome);
  if (consumer && queue.consumers.has(consumer)) queue.pump();
}
