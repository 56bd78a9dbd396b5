import type { RecoveringConnection } from '../connection/recovering-connection.js';
import type { Consumer } from '../consuming/consumer.js';
import type { QueueLoad } from '../consuming/consumer-state.js';
import type { OutboxHealth } from '../publishing/outbox.js';

/** What a link does now, as far as this side knows: for figures, where health asks the broker. */
export interface LinkActivity {
  /** Connections that are up. */
  readonly connections: number;
  /** Queues whose messages come. */
  readonly consumers: number;
  /** How often a connection was made again. */
  readonly reconnects: number;
  readonly outbox: OutboxHealth;
  readonly queues: readonly QueueLoad[];
}

/** Tells what a link does, each time it is asked. */
export function activityOf(
  connections: readonly RecoveringConnection[],
  consumers: Iterable<Consumer>,
  fill: () => OutboxHealth,
): () => LinkActivity {
  const made = connections.map(() => 0);
  for (const [at, connection] of connections.entries())
    connection.on('up', () => {
      made[at] = (made[at] ?? 0) + 1;
    });
  return () => ({
    connections: connections.filter(({ model }) => model !== undefined).length,
    consumers: [...consumers].flatMap(({ queues }) => queues).filter(({ active }) => active).length,
    reconnects: made.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    outbox: fill(),
    queues: [...consumers].flatMap(({ state }) => state.loads),
  });
}
