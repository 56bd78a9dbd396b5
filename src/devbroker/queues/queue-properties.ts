import { AmqpError } from '../../protocol/index.js';
import type { Queue } from './queue.js';

/** @throws AmqpError 406 for a quorum queue that would end before its broker does. */
export function checkProperties({
  settings,
  limits,
  what,
}: Pick<Queue, 'settings' | 'limits' | 'what'>): void {
  if (limits.type === 'classic') return;
  const { owner, durable, autoDelete } = settings;
  const checks = [
    ['exclusive-owner', owner !== undefined],
    ['non-durable', !durable],
    ['auto-delete', autoDelete],
  ] as const;
  const wrong = checks.find(([, isWrong]) => isWrong);
  if (wrong) throw new AmqpError('PRECONDITION_FAILED', `invalid property '${wrong[0]}' for ${what}`);
}
