import type { Unsettled } from './unsettled.js';

/** Deliveries of one queue to one consumer. */
export type SettlingGroup = readonly [Unsettled, ...Unsettled[]];

/**
 * Deliveries that are settled together, as RabbitMQ does it: by queue and consumer, in the order of their names, what was
 * fetched by `basic.get` first. Each queue serves its consumers before the next group has its turn.
 */
export function groupsOf(deliveries: readonly Unsettled[]): readonly SettlingGroup[] {
  const [first, ...others] = deliveries;
  if (first === undefined) return [];
  if (others.every((each) => isTogether(each, first))) return [[first, ...others]];
  const groups = new Map<object, [Unsettled, ...Unsettled[]]>();
  for (const delivery of deliveries) {
    // A consumer is of one queue; what was fetched has none and is told apart by its queue.
    const whose = delivery.consumer ?? delivery.queue;
    const group = groups.get(whose);
    if (group) group.push(delivery);
    else groups.set(whose, [delivery]);
  }
  return [...groups.values()].sort(([one], [other]) => compare(one, other));
}

function isTogether(one: Unsettled, other: Unsettled): boolean {
  return one.queue === other.queue && one.consumer === other.consumer;
}

function compare(one: Unsettled, other: Unsettled): number {
  return (
    compareText(one.queue.name, other.queue.name) ||
    compareText(one.consumer?.settings.tag ?? '', other.consumer?.settings.tag ?? '')
  );
}

function compareText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
