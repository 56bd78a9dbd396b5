import type { FieldTable, FieldValue } from '../../protocol/index.js';
import { headersOf, type Message } from '../common/message.js';
import type { Profile } from '../common/profile.js';
import type { DeathReason, Queue } from '../queues/queue.js';

/** A message that dies in a queue. */
export interface Death {
  readonly message: Message;
  readonly queue: Queue;
  readonly reason: DeathReason;
  /** Whether it was rejected or lost with a channel there. */
  readonly hasFailed: boolean;
  readonly timeMs: number;
}

/** The deaths of a message so far, the last one first: by its headers, or by what the broker knows itself. */
export function deathsTold(message: Message, { believesSentDeaths }: Profile): readonly FieldTable[] {
  if (!believesSentDeaths) return message.deaths ?? [];
  const deaths = headersOf(message)['x-death'];
  if (!Array.isArray(deaths)) return [];
  return deaths.filter((death): death is FieldTable => death !== null && typeof death === 'object');
}

/** The deaths of a message so far, as a further death is put to them. */
export function earlierDeaths(message: Message, profile: Profile): readonly FieldTable[] {
  const deaths = deathsTold(message, profile);
  return profile.believesSentDeaths ? regrouped(deaths) : deaths;
}

/** A death before the earlier ones; one of the same queue for the same reason is counted on. */
export function recordDeath(death: Death, earlier: readonly FieldTable[]): readonly FieldTable[] {
  const { queue, reason } = death;
  const same = earlier.find((other) => other['queue'] === queue.name && other['reason'] === reason);
  return [same ? again(same) : firstDeath(death), ...earlier.filter((other) => other !== same)];
}

/**
 * RabbitMQ 3.10 puts deaths together by queue and reason, and turns their order around when there are several. Of those that
 * are there more than once the first is kept; how often, counts where it has no count: versions before 3.5 wrote none.
 */
function regrouped(deaths: readonly FieldTable[]): readonly FieldTable[] {
  if (deaths.length < 2) return deaths;
  const groups = new Map<string, { readonly first: FieldTable; times: number }>();
  for (const death of deaths) {
    const key = `${death['reason']} ${death['queue']}`;
    const group = groups.get(key);
    if (group) group.times += 1;
    else groups.set(key, { first: death, times: 1 });
  }
  return [...groups.values()].reverse().map(({ first, times }) => ({ count: longOf(times), ...first }));
}

function firstDeath({ message, queue, reason, timeMs }: Death): FieldTable {
  const { expiration } = message.properties;
  return {
    count: longOf(1),
    exchange: message.exchange,
    ...(expiration === undefined ? {} : { 'original-expiration': expiration }),
    queue: queue.name,
    reason,
    'routing-keys': publicKeys(message),
    time: { '!': 'timestamp', value: Math.floor(timeMs / 1000) },
  };
}

/** Not those of `BCC`, which nobody is to see. */
function publicKeys(message: Message): readonly FieldValue[] {
  const copies = headersOf(message)['CC'];
  return [message.routingKeys[0], ...(Array.isArray(copies) ? (copies as FieldValue[]) : [])];
}

function again(death: FieldTable): FieldTable {
  return { ...death, count: longOf(countOf(death['count']) + 1) };
}

function countOf(count: FieldValue): number {
  const value = count !== null && typeof count === 'object' && 'value' in count ? count.value : count;
  return Number(value) || 0;
}

function longOf(value: number): FieldValue {
  return { '!': 'long', value };
}
