import { checkConsuming, checkFailing } from '../amqp/index.js';
import { choice } from '../choices.js';
import { duration, wholeNumber } from '../numbers.js';
import type { SendingDefaults } from './posting.js';
import type { MessageProcessor } from './processor.js';

// The static fields of a class come from environments and plain JavaScript, too: they are looked at when an instance is made.

/** Checks how a class of processors takes messages. @throws ConfigurationError naming class, setting, value and what is allowed */
export function checkTaking(Class: typeof MessageProcessor): void {
  const { name, prefetch, concurrency, retry, onFailure, unhandled, control } = Class;
  checkConsuming(name, { prefetch, concurrency });
  checkFailing(name, { retry, onFailure });
  if (unhandled !== undefined) choice(`${name}: unhandled`, unhandled, ['park', 'reject', 'ack']);
  for (const each of control) choice(`${name}: control`, each, ['quit', 'restart']);
}

/** What a class of producers says of all its calls. */
type Sending = Pick<SendingDefaults, 'name' | 'rpcTimeoutMs' | 'maxRetry'> & {
  readonly replyQueue: string;
  readonly undeclared: string;
};

/** Checks how a class of producers sends, in the same way. @throws ConfigurationError */
export function checkSending({ name, rpcTimeoutMs, maxRetry, replyQueue, undeclared }: Sending): void {
  duration(`${name}: rpcTimeoutMs`, rpcTimeoutMs);
  wholeNumber(`${name}: maxRetry`, maxRetry);
  choice(`${name}: replyQueue`, replyQueue, ['direct', 'per-call']);
  choice(`${name}: undeclared`, undeclared, ['refuse', 'send']);
}
