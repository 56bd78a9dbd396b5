import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery } from '../../amqp/index.js';

/**
 * Gives a message back to its queue: at once the first time, after a rest where somebody had given it back before, so that a
 * handler which gives everything back does not turn in a hot loop.
 */
export async function requeue(delivery: Delivery): Promise<void> {
  if (delivery.redelivered) await sleep(1_000, undefined, { ref: false });
  delivery.reject({ requeue: true });
}
