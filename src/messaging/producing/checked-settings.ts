import { choice } from '../../common/choices.js';
import { duration, wholeNumber } from '../../common/numbers.js';
import type { SendingDefaults } from './posting.js';

/** What a class of producers says of all its calls. */
type Sending = Pick<
  SendingDefaults,
  'name' | 'timeoutMs' | 'attemptTimeoutMs' | 'rpcTimeoutMs' | 'maxRetry'
> & {
  readonly replyQueue: string;
  readonly undeclared: string;
};

/** Checks how a class of producers sends, in the same way. @throws ConfigurationError */
export function checkSending({ name, replyQueue, undeclared, maxRetry, ...times }: Sending): void {
  const { timeoutMs, attemptTimeoutMs, rpcTimeoutMs } = times;
  for (const [setting, value] of Object.entries({ timeoutMs, attemptTimeoutMs, rpcTimeoutMs })) {
    if (value !== undefined) duration(`${name}: ${setting}`, value);
  }
  if (maxRetry !== undefined) wholeNumber(`${name}: maxRetry`, maxRetry);
  choice(`${name}: replyQueue`, replyQueue, ['direct', 'per-call']);
  choice(`${name}: undeclared`, undeclared, ['refuse', 'send']);
}
