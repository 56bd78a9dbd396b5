import { choice } from '../../common/choices.js';
import { duration, wholeNumber } from '../../common/numbers.js';
import type { SendingDefaults } from './posting.js';

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
