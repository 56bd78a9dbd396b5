import { UsageError } from '../command-error.js';
import type { Expected } from './queue-checks.js';

/**
 * Reads how a queue should be declared: `durable=true,autoDelete=false,type=quorum,x-max-priority=5`. What is left out is durable, not
 * auto-delete, and without arguments.
 * @throws UsageError
 */
export function expectedOf(text: string): Expected {
  const flags = { durable: true, autoDelete: false };
  const args: Record<string, unknown> = {};
  for (const part of text.split(',')) {
    const [, key = '', value = ''] = /^\s*([\w-]+)=(.*?)\s*$/.exec(part) ?? [];
    if (key === 'durable' || key === 'autoDelete') flags[key] = flag(key, value);
    else if (key === 'type') args['x-queue-type'] = value;
    else if (key.startsWith('x-')) args[key] = typed(value);
    else
      throw new UsageError(
        `--expect cannot be read: '${part}'. There are durable=, autoDelete=, type= and x-...=.`,
      );
  }
  return { ...flags, args };
}

function flag(key: string, value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new UsageError(`--expect ${key}= wants true or false, and got '${value}'.`);
}

function typed(value: string): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}
