import type { Queue } from '../queues/queue.js';

/**
 * The order in which a channel that closes leaves its queues, seen with RabbitMQ 3.10: those it consumes from, the last
 * declared first, then those of which it holds messages, the first declared first.
 *
 * It matters where a message that one queue takes back dies and is dead-lettered to another.
 */
export function leavingOrder(consumed: Iterable<Queue>, held: Iterable<Queue>): readonly Queue[] {
  const first = new Set(consumed);
  const others = [...held].filter((queue) => !first.has(queue));
  return [
    ...[...first].sort((one, other) => other.number - one.number),
    ...others.sort((one, other) => one.number - other.number),
  ];
}
