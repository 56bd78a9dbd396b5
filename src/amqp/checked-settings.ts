import { choice } from '../common/choices.js';
import { type Bounds, duration, finiteNumber, wholeNumber } from '../common/numbers.js';
import { ConfigurationError } from '../errors.js';
import { type ConsumerArguments, checkConsumerArguments } from './consuming/consumer-arguments.js';
import type { ConsumerOptions } from './consuming/consumer-options.js';
import type { Arguments } from './declaring/declaration.js';
import type { GiveUp } from './failing/failure-policy.js';
import type { RetryPolicy } from './failing/retry-policy.js';

/** AMQP carries it in 16 bits; its 0, no limit, would let a queue into memory as a whole. */
const prefetchBounds: Bounds = { min: 1, max: 65_535 };

/** What a queue waits is half the longest time that RabbitMQ takes: its retry queue lives twice as long. */
const longestRestMs = 24 * 86_400_000;

/** Unsigned 32 bits: RabbitMQ takes no longer times. */
const longestMs = 2 ** 32 - 1;

/** The arguments of queues that are numbers, and what RabbitMQ takes for each. */
const numericArguments: Readonly<Record<string, Partial<Bounds>>> = {
  'x-message-ttl': { max: longestMs },
  'x-expires': { min: 1, max: longestMs },
  'x-max-length': {},
  'x-max-length-bytes': {},
  'x-max-in-memory-length': {},
  'x-max-in-memory-bytes': {},
  'x-max-priority': { max: 255 },
  'x-delivery-limit': { min: -1 },
  'x-consumer-timeout': {},
  'x-quorum-initial-group-size': { min: 1 },
  'x-quorum-target-group-size': { min: 1 },
  'x-stream-max-segment-size-bytes': {},
  'x-initial-cluster-size': { min: 1 },
};

/** How somebody consumes. */
export interface ConsumingSettings
  extends Pick<ConsumerOptions, 'prefetch' | 'concurrency' | 'slowHandlerMs'>,
    ConsumerArguments {
  /** How long a handler may take. */
  readonly handlerTimeoutMs?: number | undefined;
}

/**
 * Checks how somebody consumes; what is undefined is left to defaults.
 * @param owner whose settings these are, for people: the name of a class, or of a route.
 * @throws ConfigurationError naming owner, setting, value and what is allowed
 */
export function checkConsuming(
  owner: string,
  { prefetch, concurrency, slowHandlerMs, handlerTimeoutMs, ...args }: ConsumingSettings,
): void {
  if (prefetch !== undefined) wholeNumber(`${owner}: prefetch`, prefetch, prefetchBounds);
  if (concurrency !== undefined) wholeNumber(`${owner}: concurrency`, concurrency, { min: 1 });
  if (slowHandlerMs !== undefined) duration(`${owner}: slowHandlerMs`, slowHandlerMs, { min: 1 });
  if (handlerTimeoutMs !== undefined) duration(`${owner}: handlerTimeoutMs`, handlerTimeoutMs, { min: 1 });
  checkConsumerArguments(owner, args);
}

/** Checks what becomes of messages that fail, in the same way. @throws ConfigurationError */
export function checkFailing(
  owner: string,
  { retry, onFailure }: { readonly retry?: RetryPolicy | undefined; readonly onFailure?: GiveUp | undefined },
): void {
  if (onFailure !== undefined) choice(`${owner}: onFailure`, onFailure, ['park', 'reject', 'discard']);
  if (retry === undefined) return;
  if (typeof retry !== 'object' || retry === null)
    throw new ConfigurationError(
      `${owner}: retry must be { attempts, delayMs } and is of type ${typeof retry}.`,
    );
  const { attempts, delayMs, factor, maxDelayMs } = retry;
  wholeNumber(`${owner}: retry.attempts`, attempts, { min: 1 });
  duration(`${owner}: retry.delayMs`, delayMs, { max: longestRestMs });
  if (factor !== undefined) finiteNumber(`${owner}: retry.factor`, factor, { min: 1 });
  if (maxDelayMs !== undefined) duration(`${owner}: retry.maxDelayMs`, maxDelayMs, { max: longestRestMs });
}

/** Checks the arguments of a queue that are numbers, in the same way: RabbitMQ would refuse them, or the connection. @throws ConfigurationError */
export function checkQueueArguments(owner: string, args: Arguments | undefined): void {
  for (const [name, bounds] of Object.entries(numericArguments)) {
    const value = args?.[name];
    // A bigint, or a value with a type of its own, is the broker's to judge.
    if (value !== undefined && typeof value !== 'bigint' && !isTyped(value))
      wholeNumber(`${owner}: queue argument '${name}'`, value, bounds);
  }
}

function isTyped(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '!' in value;
}
