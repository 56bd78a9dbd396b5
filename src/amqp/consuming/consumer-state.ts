import type { HeldDeliveries, Pace } from './consumer-options.js';
import type { SlowHandlers } from './consumer-timeouts.js';
import type { Delivery } from './delivery.js';
import type { HandlerRun } from './handler-run.js';

/** What of a queue is in this process. */
export interface QueueLoad {
  readonly queue: string;
  readonly running: number;
  /** Delivered, and not begun. */
  readonly waiting: number;
}

/** What of a consumer runs, and what waits. */
export interface ConsumerState {
  /** How much it takes at once. */
  readonly pace: Pace;
  /** What was begun, and holds a slot. */
  readonly running: Iterable<Delivery>;
  /** Handlers whose messages the broker has taken back, since they took too long. */
  readonly overdue: readonly HandlerRun[];
  /** Handlers that have run for longer than they should, and what waits for them. */
  readonly slow: SlowHandlers;
  readonly loads: readonly QueueLoad[];
}

/** What runs of these queues and what waits, as it is now. */
export function stateOf(
  pace: Pace,
  queues: readonly { readonly queue: string }[],
  { running, waiting }: HeldDeliveries,
  { runs: overdue, slow }: { readonly runs: readonly HandlerRun[]; readonly slow: SlowHandlers },
): ConsumerState {
  const counted = [countsOf(running), countsOf(waiting)] as const;
  const loads = queues.map(({ queue }) => {
    const [run = 0, wait = 0] = counted.map((counts) => counts.get(queue));
    return { queue, running: run, waiting: wait };
  });
  return { pace, running, overdue, slow, loads };
}

function countsOf(deliveries: Iterable<Delivery>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { queue } of deliveries) counts.set(queue, (counts.get(queue) ?? 0) + 1);
  return counts;
}
