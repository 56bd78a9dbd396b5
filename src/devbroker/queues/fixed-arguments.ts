import type { ArgumentReader } from '../common/argument-reader.js';
import type { Profile } from '../common/profile.js';
import { readInterval, refusedTime } from './stream-offset.js';

/** The types of queues there are. */
export type QueueType = 'classic' | 'quorum' | 'stream';

const consumed: readonly QueueType[] = ['classic', 'quorum'];

/** The arguments that RabbitMQ knows, each with the types of queues that have it. */
const types: Readonly<Record<string, readonly QueueType[]>> = {
  'x-expires': consumed,
  'x-message-ttl': consumed,
  'x-max-length': consumed,
  'x-overflow': consumed,
  'x-dead-letter-exchange': consumed,
  'x-dead-letter-routing-key': consumed,
  'x-single-active-consumer': consumed,
  'x-max-priority': ['classic'],
  'x-queue-mode': ['classic'],
  'x-queue-version': ['classic'],
  'x-queue-master-locator': ['classic'],
  'x-delivery-limit': ['quorum'],
  'x-dead-letter-strategy': ['quorum'],
  'x-max-in-memory-length': ['quorum'],
  'x-max-in-memory-bytes': ['quorum'],
  'x-quorum-initial-group-size': ['quorum'],
  'x-consumer-timeout': ['quorum'],
  'x-delayed-retry-type': ['quorum'],
  'x-delayed-retry-min': ['quorum'],
  'x-delayed-retry-max': ['quorum'],
  'x-max-age': ['stream'],
  'x-stream-max-segment-size-bytes': ['stream'],
  'x-stream-filter-size-bytes': ['stream'],
  'x-initial-cluster-size': ['stream'],
};

/** The types of queues that have an argument; undefined for one that all may have. */
export function typesWith(name: string, profile: Profile): readonly QueueType[] | undefined {
  if (profile.uncheckedArguments.includes(name)) return undefined;
  if (name === 'x-queue-leader-locator' && !profile.classicHasLeaderLocator) return ['quorum', 'stream'];
  return types[name];
}

/** The arguments that must be the same when a queue is declared again. */
export function comparedArguments({ uncheckedArguments }: Profile): readonly string[] {
  const all = ['x-queue-type', 'x-max-length-bytes', ...Object.keys(types)];
  return all.filter((name) => !uncheckedArguments.includes(name));
}

/**
 * Checks those arguments that mean something to RabbitMQ and nothing here: where copies are, and how they are kept.
 *
 * @throws AmqpError 406 naming the argument that is wrong, or 541 where RabbitMQ is not prepared for it.
 */
export function checkFixedArguments(read: ArgumentReader, profile: Profile): void {
  if (profile.checksQueueMode) read.oneOf('x-queue-mode', ['default', 'lazy'], 'unsupported queue mode');
  read.integer('x-queue-version', profile.oldestQueueVersion, 2);
  read.oneOf('x-dead-letter-strategy', ['at-most-once', 'at-least-once'], 'invalid_dlx_strategy');
  const locators = ['client-local', 'balanced', 'random', 'least-leaders'] as const;
  read.oneOf('x-queue-leader-locator', locators, 'invalid_queue_locator_arg');
  read.integer('x-quorum-initial-group-size', 1);
  read.integer('x-initial-cluster-size', 1);
  read.integer('x-stream-max-segment-size-bytes', 0);
  const age = read.text('x-max-age');
  if (age !== undefined && readInterval(age) === undefined)
    throw refusedTime(age, 'invalid_max_age', profile);
}
