import { NeverFinishedError } from '../../errors.js';
import type { Delivery } from './delivery.js';

/** What came back so often may be what ended the processes that ran it. */
const SUSPECT_FROM = 3;

/** RabbitMQ 4 drops a message of a quorum queue that came back more often, unless the queue was declared otherwise. */
export const DEFAULT_DELIVERY_LIMIT = 20;

/** What the broker drops for having come back too often is given up by us before that, with its story. */
const MARGIN = 2;

/** How often a message may come back: the queue's own limit where one is declared, else RabbitMQ's. */
export function deliveryLimit(declared: Readonly<Record<string, unknown>>): number {
  const limit = Number(declared['x-delivery-limit']);
  return Number.isSafeInteger(limit) && limit > 0 ? limit : DEFAULT_DELIVERY_LIMIT;
}

/** How often a message of this queue may come back before it is given up. A low limit leaves no room for a margin. */
function enough(declared: Readonly<Record<string, unknown>>): number {
  const limit = deliveryLimit(declared);
  return limit > 2 * MARGIN ? limit - MARGIN : limit;
}

/** Whether a message came back so often that it must run alone: if its process dies again, it is known which one it was. */
export function isSuspect(delivery: Delivery, declared: Readonly<Record<string, unknown>>): boolean {
  return (
    counts(declared) && delivery.deliveryCount >= Math.min(SUSPECT_FROM, Math.max(1, enough(declared) - 1))
  );
}

/** Why a message is not run any more; undefined for one that may run. Where the broker dead-letters it, it is left to do so. */
export function whyGivenUp(
  { deliveryCount }: Delivery,
  declared: Readonly<Record<string, unknown>>,
): NeverFinishedError | undefined {
  if (!counts(declared) || deliveryCount < enough(declared)) return undefined;
  return 'x-dead-letter-exchange' in declared ? undefined : new NeverFinishedError(deliveryCount);
}

/** A classic queue counts nothing: what a message in it says of its deliveries is its sender's word. */
function counts(declared: Readonly<Record<string, unknown>>): boolean {
  return declared['x-queue-type'] !== 'classic';
}
