import { directReplyTo, type Link } from '../amqp/index.js';
import { isWaybillError, type TopologyError, toError } from '../errors.js';

/**
 * Whether somebody takes answers at an address: RabbitMQ tells it of queues and of direct reply-to alike, to a passive declaration. Who
 * may not ask, or cannot now, is not told that nobody does.
 *
 * n.b. where a direct reply-to address is forged, or its node has left the cluster, RabbitMQ closes the connection of whoever asks, up to
 * 4.3 at least. So it is asked aside.
 */
export async function isThere(link: Link, address: string): Promise<boolean> {
  const isDirect = address.startsWith(`${directReplyTo}.`);
  try {
    await link[isDirect ? 'askAside' : 'onChannel']((channel) => channel.checkQueue(address));
    return true;
  } catch (thrown) {
    return !(isDirect && hasCrashed(thrown)) && !isMissing(thrown);
  }
}

function isMissing(thrown: unknown): boolean {
  return isWaybillError(thrown, 'TOPOLOGY_REFUSED') && (thrown as TopologyError).replyCode === 404;
}

/** 541 is an internal error of the broker. */
function hasCrashed(thrown: unknown): boolean {
  return (toError(thrown).cause as { readonly code?: unknown } | undefined)?.code === 541;
}
