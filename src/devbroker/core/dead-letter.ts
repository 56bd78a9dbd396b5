import type { FieldTable, FieldValue } from '../../protocol/index.js';
import { headersOf, type Message } from './message.js';
import type { DeathReason, Queue } from './queue.js';

/** About what a death adds to the headers. */
const DEATH_BYTES = 200;

/**
 * The message that is published to the dead-letter exchange for one that died: `x-death` leads with this
 * death (RabbitMQ, "Dead-Letter Exchanges": effects on messages), its own expiration is taken off.
 */
export function deadLetter(message: Message, queue: Queue, reason: DeathReason, timeMs: number): Message {
  const { deadLetterExchange, deadLetterRoutingKey } = queue.limits;
  const headers = { ...withDeath(message, queue.name, reason, timeMs) };
  if (deadLetterRoutingKey !== undefined) delete headers['CC'];
  const { expiration: _, ...properties } = message.properties;
  return {
    exchange: deadLetterExchange ?? '',
    routingKeys: deadLetterRoutingKey === undefined ? message.routingKeys : [deadLetterRoutingKey],
    properties: { ...properties, headers },
    propertiesBytes: (message.propertiesBytes ?? 0) + DEATH_BYTES,
    body: message.body,
  };
}

/**
 * Whether a message that died in a queue would come back to it without any consumer having rejected it on
 * the way: RabbitMQ drops it then, or it would go round for ever.
 */
export function isAutomaticCycle(message: Message, queueName: string, reason: DeathReason): boolean {
  if (reason === 'rejected') return false;
  const deaths = deathsOf(headersOf(message));
  const place = deaths.findIndex((death) => death['queue'] === queueName);
  return place >= 0 && deaths.slice(0, place + 1).every((death) => death['reason'] !== 'rejected');
}

function withDeath(message: Message, queue: string, reason: DeathReason, timeMs: number): FieldTable {
  const headers = headersOf(message);
  const earlier = regrouped(deathsOf(headers));
  const same = earlier.find((death) => death['queue'] === queue && death['reason'] === reason);
  const death = same ? again(same) : firstDeath(message, queue, reason, timeMs);
  const first: FieldTable = Array.isArray(headers['x-death'])
    ? {}
    : {
        'x-first-death-exchange': message.exchange,
        'x-first-death-queue': queue,
        'x-first-death-reason': reason,
      };
  return { ...headers, 'x-death': [death, ...earlier.filter((other) => other !== same)], ...first };
}

/** RabbitMQ 3.10 puts deaths together by queue and reason, and turns their order around when there are several. */
function regrouped(deaths: readonly FieldTable[]): readonly FieldTable[] {
  if (deaths.length < 2) return deaths;
  const groups = new Map<string, FieldTable>();
  for (const death of deaths.toReversed()) groups.set(`${death['reason']} ${death['queue']}`, death);
  return [...groups.values()];
}

function firstDeath(message: Message, queue: string, reason: DeathReason, timeMs: number): FieldTable {
  const { expiration } = message.properties;
  return {
    count: { '!': 'long', value: 1 },
    exchange: message.exchange,
    ...(expiration === undefined ? {} : { 'original-expiration': expiration }),
    queue,
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
  return { ...death, count: { '!': 'long', value: countOf(death['count']) + 1 } };
}

function countOf(count: FieldValue): number {
  const value = count !== null && typeof count === 'object' && 'value' in count ? count.value : count;
  return Number(value) || 0;
}

function deathsOf(headers: FieldTable): readonly FieldTable[] {
  const deaths = headers['x-death'];
  if (!Array.isArray(deaths)) return [];
  return deaths.filter((death): death is FieldTable => death !== null && typeof death === 'object');
}
