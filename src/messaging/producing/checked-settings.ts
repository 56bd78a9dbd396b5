import { choice } from '../../common/choices.js';
import { duration, wholeNumber } from '../../common/numbers.js';
import { assertWire } from '../wires/wire.js';
import type { SendingDefaults } from './posting.js';

/** What a class of producers says of all its calls. */
type Sending = Pick<
  SendingDefaults,
  'name' | 'timeoutMs' | 'attemptTimeoutMs' | 'rpcTimeoutMs' | 'maxRetry'
> & {
  readonly replyQueue: string;
  readonly undeclared: string;
  readonly wire: unknown;
};

/** Checks how a class of producers sends, in the same way. @throws ConfigurationError */
export function checkSending(Class: Sending): void {
  // n.b. each by its name: they are inherited, so a rest would have none of them.
  const { name, timeoutMs, attemptTimeoutMs, rpcTimeoutMs, maxRetry, replyQueue, undeclared, wire } = Class;
  duration(`${name}: timeoutMs`, timeoutMs);
  for (const [setting, value] of Object.entries({ attemptTimeoutMs, rpcTimeoutMs })) {
    if (value !== undefined) duration(`${name}: ${setting}`, value);
  }
  if (maxRetry !== undefined) wholeNumber(`${name}: maxRetry`, maxRetry);
  assertWire(name, wire);
  choice(`${name}: replyQueue`, replyQueue, ['direct', 'per-call']);
  choice(`${name}: undeclared`, undeclared, ['refuse', 'send']);
}
