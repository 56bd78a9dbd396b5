import type { Link } from '../../amqp/index.js';
import { isWaybillError, type TopologyError } from '../../errors.js';
import { controlQueue } from '../common/names.js';

/**
 * Whether a process is connected, by its control queue: that is exclusive to its connection, so the broker refuses to tell more of it (405)
 * while it is there, and knows no such queue (404) when the connection has ended. No message is sent, and nothing need answer.
 * @throws ConnectError, ConnectionLostError where the broker cannot be asked
 */
export async function isThere(link: Link, id: string): Promise<boolean> {
  try {
    await link.onChannel((channel) => channel.checkQueue(controlQueue(id)));
    return true;
  } catch (thrown) {
    if (!isWaybillError(thrown, 'TOPOLOGY_REFUSED')) throw thrown;
    return (thrown as TopologyError).replyCode !== 404;
  }
}
