import { toError } from '../../errors.js';
import { nextMessageId } from '../common/message-id.js';
import { carriedHeaders, putAnewHeader } from '../consuming/carried-headers.js';
import { carriedProperties } from '../consuming/carried-properties.js';
import type { Seal } from '../consuming/consumer-options.js';
import type { Delivery } from '../consuming/delivery.js';
import { DEFAULT_DELIVERY_LIMIT, deliveryLimit } from '../consuming/unfinished.js';
import type { MessageProperties } from '../frames/outgoing.js';
import type { Link } from './link.js';

/** How often a message may be given back where the broker counts that: half of what it is dropped for, of its queue's own limit, too. */
const RETURNED_OF_LIMIT = 0.5;

/**
 * Puts a message at the end of its queue as if it had never been handed out, and acks it here when that is confirmed. For
 * one that was given back so often, without having been begun, that the broker would drop it soon; false for any other.
 */
export function putAnewIfWornOut(link: Link, delivery: Delivery, seal?: Seal): boolean {
  const limit = deliveryLimit(delivery.declared);
  const isWornOut =
    delivery.deliveryCount >= Math.floor(Math.min(limit, DEFAULT_DELIVERY_LIMIT) * RETURNED_OF_LIMIT);
  if (isWornOut) void putAnew(link, delivery, seal);
  return isWornOut;
}

/** Never rejects: what cannot be put anew is given back. */
async function putAnew(link: Link, delivery: Delivery, seal: Seal | undefined): Promise<void> {
  const { queue, content, properties } = delivery;
  const { headers } = properties as MessageProperties;
  const carried = carriedProperties(properties as MessageProperties);
  try {
    const own = { ...seal?.(delivery, queue), [putAnewHeader]: nextMessageId() };
    await link.publish({
      exchange: '',
      routingKey: queue,
      content,
      properties: { ...carried, headers: { ...carriedHeaders(headers), ...own } },
      mandatory: true,
    });
    delivery.ack();
  } catch (thrown) {
    link.logger.warn(`A message of '${queue}' could not be put anew: ${toError(thrown).message}`);
    delivery.giveBack();
  }
}
