import type { Delivery, MessageProperties } from '../amqp/index.js';
import { toldNumber } from '../common/told-number.js';
import { asksForStream } from './stream-frame.js';

/** The header that tells how long the caller still waits, all attempts together, in whole milliseconds from when it was sent. */
const deadlineHeader = 'x-waybill-deadline';
/** The header that tells when a call was sent, by the clock of {@link processTime}. */
export const sentHeader = 'x-waybill-sent';

/** The longest time that RabbitMQ lets a message live (docs, TTL: 32 bits). */
const longestExpirationMs = 2 ** 32 - 1;

/**
 * Milliseconds since 1970, as the clock stood when the process began, and steadily from there: nobody who sets the clock makes calls
 * look old.
 */
export function processTime(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

/** What tells a server how long its caller waits. A call that waits for ever tells nothing. */
export function deadlineHeaders(remainingMs: number): NonNullable<MessageProperties['headers']> | undefined {
  if (remainingMs > Number.MAX_SAFE_INTEGER) return undefined;
  return { [deadlineHeader]: Math.ceil(remainingMs), [sentHeader]: processTime() };
}

/** A request that nobody took in time must never run. RabbitMQ takes whole milliseconds only. */
export function expirationAfter(timeoutMs: number): string | undefined {
  const expiration = Math.max(1, Math.ceil(timeoutMs));
  return expiration > longestExpirationMs ? undefined : String(expiration);
}

/**
 * How long the sender waits, in milliseconds from when it was sent: as its header tells, else as long as its call may live. Undefined
 * where it waits for ever, as who reads a stream that has begun; or for nothing, as whoever sends a message that may wait for so long
 * only; or tells what is no such number.
 */
function patienceMs({ properties }: Delivery): number | undefined {
  const { headers, replyTo, expiration } = properties;
  const waits = replyTo !== undefined && !asksForStream(headers);
  const told: unknown = headers?.[deadlineHeader] ?? (waits ? expiration : undefined);
  const patience = toldNumber(told);
  return told === undefined || !Number.isFinite(patience) ? undefined : patience;
}

/** How long the sender still waits, in milliseconds; not above 0 where it does not any more. Undefined as for {@link patienceMs}. */
export function remainingMs(delivery: Delivery): number | undefined {
  const patience = patienceMs(delivery);
  return patience === undefined ? undefined : patience - delivery.waitedMs - delivery.ageMs;
}
