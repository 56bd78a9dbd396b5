import type { FieldTable } from '../../protocol/index.js';
import { headersOf, type Message } from '../common/message.js';
import type { Profile } from '../common/profile.js';
import type { DeathReason, Queue } from '../queues/queue.js';
import { type Death, deathsTold, earlierDeaths, recordDeath } from './death-record.js';

/** About what a death adds to the headers. */
const DEATH_BYTES = 200;

/**
 * The message that is published to the dead-letter exchange for one that died: `x-death` leads with this
 * death (RabbitMQ, "Dead-Letter Exchanges": effects on messages), its own expiration is taken off.
 */
export function deadLetter(death: Death, profile: Profile): Message {
  const { message, queue } = death;
  const { deadLetterExchange, deadLetterRoutingKey } = queue.limits;
  const deaths = recordDeath(death, earlierDeaths(message, profile));
  const { expiration: _, ...properties } = message.properties;
  return {
    exchange: deadLetterExchange ?? '',
    routingKeys: deadLetterRoutingKey === undefined ? message.routingKeys : [deadLetterRoutingKey],
    properties: { ...properties, headers: headersOfDead(death, deaths, profile) },
    propertiesBytes: (message.propertiesBytes ?? 0) + DEATH_BYTES,
    body: message.body,
    ...(profile.believesSentDeaths ? {} : { deaths }),
    ...(death.hasFailed && tellsFailures(queue, profile) ? { hasFailed: true } : {}),
  };
}

/**
 * Whether a message that died in a queue would come back to it without any consumer having rejected it on
 * the way: RabbitMQ drops it then, or it would go round for ever.
 */
export function isAutomaticCycle(
  message: Message,
  queueName: string,
  reason: DeathReason,
  profile: Profile,
): boolean {
  if (reason === 'rejected') return false;
  const deaths = deathsTold(message, profile);
  const place = deaths.findIndex((death) => death['queue'] === queueName);
  return place >= 0 && deaths.slice(0, place + 1).every((death) => death['reason'] !== 'rejected');
}

function headersOfDead(death: Death, deaths: readonly FieldTable[], profile: Profile): FieldTable {
  const { message, queue, reason } = death;
  const { CC: _, ...others } = headersOf(message);
  const keepsCopies = queue.limits.deadLetterRoutingKey === undefined || profile.deadLetterKeepsCopies;
  const headers = keepsCopies ? headersOf(message) : others;
  const isFirst = profile.believesSentDeaths
    ? headers['x-death'] === undefined
    : message.deaths === undefined;
  const details = { exchange: message.exchange, queue: queue.name, reason };
  return {
    ...headers,
    'x-death': deaths,
    ...(isFirst ? detailsOf('first', details) : {}),
    ...(profile.tellsLastDeath ? detailsOf('last', details) : {}),
  };
}

function tellsFailures({ limits }: Queue, { toldFailures }: Profile): boolean {
  return toldFailures === 'between quorum queues' ? limits.type === 'quorum' : toldFailures === 'all';
}

function detailsOf(which: 'first' | 'last', details: FieldTable): FieldTable {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [`x-${which}-death-${name}`, value]),
  );
}
