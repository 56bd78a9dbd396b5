import { within } from '../../common/timers.js';
import { toError } from '../../errors.js';
import type { ConnectionHealth } from '../connection/connection-health.js';
import type { RecoveringConnection } from '../connection/recovering-connection.js';
import type { Consumer } from '../consuming/consumer.js';
import type { HandlerRun } from '../consuming/handler-run.js';
import type { OutboxHealth } from '../publishing/outbox.js';
import type { Inquiry } from './inquiry.js';
import type { ConnectionRole } from './link-events.js';

/** One queue that is consumed here, as the broker tells it. */
export interface QueueHealth {
  /** The name of the queue. */
  readonly queue: string;
  /**
   * How many consumers the broker knows, those of this process and others: less than those of this process is not ok,
   * more proves nothing. Of a stream it counts none. Undefined where the broker did not say, which is no fault where
   * this user may not ask.
   */
  readonly consumers?: number;
  /** How many messages are ready in the queue. */
  readonly messages?: number;
  /** True while the broker delivers from it to us, and handlers that end take what comes. */
  readonly ok: boolean;
  /** Why the queue is not well; undefined while it is. */
  readonly error?: string;
  /** Handlers that run on messages which the broker has taken back, since they took longer than it waits for an ack. */
  readonly overdue?: readonly HandlerRun[];
  /** Handlers that have run for longer than `slowHandlerMs`, the longest first. */
  readonly slow?: readonly HandlerRun[];
}

/** How a link is. `ok` is true only when everything that is needed is there, at the broker. */
export interface LinkHealth {
  /** True only when nothing below is amiss. A connection that nobody has needed yet is no fault. */
  readonly ok: boolean;
  /** The connection by which messages leave. */
  readonly publishing: ConnectionHealth;
  /** The connection by which messages come. It is another one, so that a broker that blocks publishers goes on delivering. */
  readonly consuming: ConnectionHealth;
  /** What has not left yet, or is not confirmed. */
  readonly outbox: OutboxHealth;
  /** Each queue that is consumed here, once. */
  readonly queues: readonly QueueHealth[];
  /** Why the link is not well, where none of its other fields tells. */
  readonly error?: string;
}

/** The health of somebody without a link: none is needed yet, or it was given back, whatever others do with it. */
export function healthWithoutLink(state: 'unused' | 'closed'): LinkHealth {
  const outbox = { waiting: 0, unconfirmed: 0 };
  return { ok: state === 'unused', publishing: { state }, consuming: { state }, outbox, queues: [] };
}

/** The health of a component, which is not well before it takes from all of its queues, nor when it has stopped. */
export function wellWhile(isTaking: boolean, health: LinkHealth): LinkHealth {
  return isTaking
    ? health
    : { ...health, ok: false, error: 'it takes no messages: not started yet, or stopped' };
}

/** A queue that is consumed here. */
export interface ConsumedQueue {
  readonly queue: string;
  /** Whether the broker has agreed to all consumers of whoever asks, and not taken one back. */
  readonly active: boolean;
  /** How many consumers of this link the broker has agreed to: so many it must know, at least. */
  readonly known: number;
  /** Handlers of whoever asks that are too slow: the queue is well, but somebody should know. */
  readonly overdue: readonly HandlerRun[];
  readonly slow: readonly HandlerRun[];
  /** How many messages wait behind handlers that are all too slow. */
  readonly stuck: number;
}

/** What the health of a link is asked for. */
export interface HealthOptions {
  readonly timeoutMs?: number | undefined;
  readonly consumers?: Iterable<Consumer> | undefined;
}

/** Each queue that `own` are meant to consume now, once. They are some of `all` that the link has. */
export function consumedQueues(own: Iterable<Consumer>, all: Iterable<Consumer>): readonly ConsumedQueue[] {
  const known = new Map<string, number>();
  for (const { queue, active } of [...all].flatMap((consumer) => consumer.queues))
    known.set(queue, (known.get(queue) ?? 0) + (active ? 1 : 0));
  const found = new Map<string, ConsumedQueue>();
  for (const consumer of own) {
    const { overdue, slow } = consumer.state;
    for (const { queue, active, isStream } of consumer.queues) {
      const before = found.get(queue);
      const ofQueue = (run: HandlerRun): boolean => run.queue === queue;
      found.set(queue, {
        queue,
        active: active && (before?.active ?? true),
        // RabbitMQ knows of no consumer of a stream, whatever it delivers.
        known: isStream ? 0 : (known.get(queue) ?? 0),
        overdue: [...(before?.overdue ?? []), ...overdue.filter(ofQueue)],
        slow: [...(before?.slow ?? []), ...slow.runs.filter(ofQueue)],
        stuck: slow.stuck + (before?.stuck ?? 0),
      });
    }
  }
  return [...found.values()];
}

/** How both connections are, and the queues; all of it is asked at once. */
export async function askAll(
  connections: Readonly<Record<ConnectionRole, RecoveringConnection>>,
  asks: Readonly<Record<ConnectionRole, Inquiry>>,
  consumed: readonly ConsumedQueue[],
  timeoutMs: number,
): Promise<Pick<LinkHealth, 'publishing' | 'consuming' | 'queues'>> {
  const [publishing, consuming, queues] = await Promise.all([
    connectionHealth(connections.publishing, asks.publishing, timeoutMs),
    connectionHealth(connections.consuming, asks.consuming, timeoutMs),
    queueHealths(asks.consuming, consumed, timeoutMs),
  ]);
  return { publishing, consuming, queues };
}

/** How a connection is: one that is up must also answer in time. */
async function connectionHealth(
  { health, model }: RecoveringConnection,
  inquiry: Inquiry,
  timeoutMs: number,
): Promise<ConnectionHealth> {
  if (!model) return health;
  const answer = inquiry.answers().then(() => health);
  const silent = { ...health, silent: true };
  return await within(answer, timeoutMs, () => silent).catch(() => silent);
}

/** Asks the broker for each queue by a passive declare; whoever does not answer in time is not well. */
async function queueHealths(
  inquiry: Inquiry,
  queues: readonly ConsumedQueue[],
  timeoutMs: number,
): Promise<readonly QueueHealth[]> {
  return await Promise.all(
    queues.map(async (each) => {
      const late = { queue: each.queue, ok: false, error: `no answer in ${timeoutMs} ms` };
      return await within(queueHealth(inquiry, each), timeoutMs, () => late);
    }),
  );
}

/**
 * What makes a queue well is that the broker has agreed to our consumers; its count can only speak against that. Other
 * people's consumers are in it, too, and those that it has not taken leave of yet.
 */
async function queueHealth(
  inquiry: Inquiry,
  { queue, active, known, overdue, slow, stuck }: ConsumedQueue,
): Promise<QueueHealth> {
  const told = {
    queue,
    ...(overdue.length > 0 && { overdue }),
    ...(slow.length > 0 && { slow }),
  };
  try {
    const counts = { ...told, ...(await inquiry.counts(queue)) };
    if (stuck > 0)
      return { ...counts, ok: false, error: `${stuck} messages wait here for handlers that do not end` };
    if (active && (counts.consumers ?? known) >= known) return { ...counts, ok: true };
    return { ...counts, ok: false, error: 'the broker does not deliver it to us' };
  } catch (thrown) {
    return { ...told, ok: false, error: toError(thrown).message };
  }
}

/** A link is well when what it uses is up, answers and is not blocked, and each of its queues has its consumers. */
export function isWell({ publishing, consuming, queues }: Omit<LinkHealth, 'ok'>): boolean {
  const connected = [publishing, consuming].every(({ state, blocked, silent }) => {
    return (state === 'up' || state === 'unused') && blocked === undefined && !silent;
  });
  return connected && queues.every(({ ok }) => ok);
}
