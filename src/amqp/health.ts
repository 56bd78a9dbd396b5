import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '../errors.js';
import type { Consumer } from './consumer.js';
import type { LastingConnection } from './lasting-connection.js';
import { onThrowAwayChannel } from './topology.js';

/** How one connection is. `unused`: nobody has needed it yet, which is no fault. */
export interface ConnectionHealth {
  readonly state: 'unused' | 'up' | 'down' | 'closed';
  /** Why the broker takes no messages on it now; undefined when it does. */
  readonly blocked?: string;
  /** What went wrong last, also when it was mended since. */
  readonly lastError?: string;
}

/** One queue that is consumed here, as the broker tells it. */
export interface QueueHealth {
  readonly queue: string;
  /** How many consumers the broker knows, ours and others'; undefined when it did not say. */
  readonly consumers?: number;
  /** How many messages are ready in it. */
  readonly messages?: number;
  readonly ok: boolean;
  readonly error?: string;
}

/** What waits to be sent, or for its confirm. */
export interface OutboxHealth {
  readonly waiting: number;
  readonly unconfirmed: number;
}

/** How a link is. `ok` is true only when everything that is needed is there, at the broker. */
export interface LinkHealth {
  readonly ok: boolean;
  readonly publishing: ConnectionHealth;
  readonly consuming: ConnectionHealth;
  readonly outbox: OutboxHealth;
  readonly queues: readonly QueueHealth[];
}

/** Asks the broker for each queue (a passive declare counts its consumers); whoever does not answer in time is not well. */
export async function queueHealths(
  connection: LastingConnection,
  consumers: Iterable<Consumer>,
  timeoutMs: number,
): Promise<readonly QueueHealth[]> {
  const queues = [...new Set([...consumers].flatMap((consumer) => consumer.queues))];
  const tooLate = sleep(timeoutMs, undefined, { ref: false });
  return await Promise.all(
    queues.map(async (queue) => {
      const late = tooLate.then(() => ({ queue, ok: false, error: `no answer in ${timeoutMs} ms` }));
      return await Promise.race([queueHealth(connection, queue), late]);
    }),
  );
}

async function queueHealth({ model }: LastingConnection, queue: string): Promise<QueueHealth> {
  if (!model) return { queue, ok: false, error: 'not connected' };
  try {
    const { consumerCount, messageCount } = await onThrowAwayChannel(model, (channel) =>
      channel.checkQueue(queue),
    );
    return { queue, consumers: consumerCount, messages: messageCount, ok: consumerCount > 0 };
  } catch (thrown) {
    return { queue, ok: false, error: toError(thrown).message };
  }
}

/** A link is well when what it uses is up and not blocked, and each of its queues has a consumer. */
export function isWell({ publishing, consuming, queues }: Omit<LinkHealth, 'ok'>): boolean {
  const connected = [publishing, consuming].every(({ state, blocked }) => {
    return (state === 'up' || state === 'unused') && blocked === undefined;
  });
  return connected && queues.every(({ ok }) => ok);
}
