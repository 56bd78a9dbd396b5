import { AmqpError, type FieldTable, type FieldValue } from '../../protocol/index.js';
import type { Message } from '../common/message.js';
import type { Profile } from '../common/profile.js';

/** A message of a stream, and when it came. */
export interface Stored {
  readonly message: Message;
  readonly timeMs: number;
}

const unitMs: Readonly<Record<string, number>> = {
  Y: 365 * 24 * 3_600_000,
  M: 30 * 24 * 3_600_000,
  D: 24 * 3_600_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
};

/** The milliseconds of a text as `1h`; undefined when it is none. */
export function readInterval(text: string): number | undefined {
  const [, count, unit] = /^(\d+)([YMDhms])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * (unitMs[unit] as number);
}

/** The error for a text that should be a time as `1h`. */
export function refusedTime(text: string, complaint: string, { noTimeAtAll }: Profile): AmqpError {
  return new AmqpError(/^\d/.test(text) ? 'PRECONDITION_FAILED' : noTimeAtAll, `${complaint}: '${text}'`);
}

/**
 * Holds that an `x-stream-offset` is one of the kinds there are.
 *
 * @throws AmqpError 406 or 541.
 */
export function checkOffset(offset: FieldValue, profile: Profile): void {
  if (typeof offset === 'string') {
    const isKnown = ['first', 'last', 'next'].includes(offset) || readInterval(offset) !== undefined;
    if (!isKnown) throw refusedTime(offset, 'invalid x-stream-offset', profile);
  } else if (offset !== undefined && numberOf(offset) === undefined && timeOf(offset) === undefined) {
    throw new AmqpError('INTERNAL_ERROR', 'invalid x-stream-offset');
  }
}

/** The offset of the message that a consumer with these arguments is given first; that of the next one unless they say. */
export function firstOffset(args: FieldTable, stored: readonly Stored[], nowMs: number): number {
  const offset = args['x-stream-offset'] ?? 'next';
  const since = typeof offset === 'string' ? readInterval(offset) : undefined;
  if (offset === 'first') return 0;
  if (offset === 'next') return stored.length;
  if (offset === 'last') return Math.max(stored.length - 1, 0);
  if (since !== undefined) return firstSince(nowMs - since, stored);
  return numberOf(offset) ?? firstSince(timeOf(offset) ?? 0, stored);
}

function firstSince(timeMs: number, stored: readonly Stored[]): number {
  const place = stored.findIndex((each) => each.timeMs >= timeMs);
  return place < 0 ? stored.length : place;
}

function numberOf(offset: FieldValue): number | undefined {
  if (typeof offset === 'bigint') return Math.max(Number(offset), 0);
  return Number.isInteger(offset) ? Math.max(offset as number, 0) : undefined;
}

/** A timestamp counts seconds. */
function timeOf(offset: FieldValue): number | undefined {
  const isTime =
    offset !== null && typeof offset === 'object' && '!' in offset && offset['!'] === 'timestamp';
  return isTime ? Number(offset['value']) * 1000 : undefined;
}
