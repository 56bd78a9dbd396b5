import type { Link } from '../amqp/index.js';
import { isWaybillError, type TopologyError } from '../errors.js';

/**
 * Whether somebody takes answers at an address: RabbitMQ tells it of queues and of direct reply-to alike, to a passive declaration. Who
 * may not ask, or cannot now, is not told that nobody does.
 */
export async function isThere(link: Link, address: string): Promise<boolean> {
  try {
    await link.onChannel((channel) => channel.checkQueue(address));
    return true;
  } catch (thrown) {
    return !(isWaybillError(thrown, 'TOPOLOGY_REFUSED') && (thrown as TopologyError).replyCode === 404);
  }
}
