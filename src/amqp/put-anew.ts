import { toError } from '../errors.js';
import { carriedHeaders } from './carried-headers.js';
import { type Delivery, putAnewHeader } from './delivery.js';
import type { Link } from './link.js';
import type { MessageProperties } from './outgoing.js';

/** How often a message may be given back where the broker counts that: half of what it is dropped for. */
const RETURNS = 10;

/**
 * Puts a message at the end of its queue as if it had never been handed out, and acks it here when that is confirmed. For
 * one that was given back so often, without having been begun, that the broker would drop it soon; false for any other.
 */
export function putAnewIfWornOut(link: Link, delivery: Delivery): boolean {
  const isWornOut = delivery.deliveryCount >= RETURNS;
  if (isWornOut) void putAnew(link, delivery);
  return isWornOut;
}

/** Never rejects: what cannot be put anew is given back. */
async function putAnew(link: Link, delivery: Delivery): Promise<void> {
  const { queue, content, properties } = delivery;
  const { headers, ...others } = properties as MessageProperties;
  try {
    await link.publish({
      exchange: '',
      routingKey: queue,
      content,
      properties: { ...others, headers: { ...carriedHeaders(headers), [putAnewHeader]: true } },
      mandatory: true,
    });
    delivery.ack();
  } catch (thrown) {
    link.logger.warn(`A message of '${queue}' could not be put anew: ${toError(thrown).message}`);
    delivery.giveBack();
  }
}
