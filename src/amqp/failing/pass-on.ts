import { toldNumber } from '../../common/told-number.js';
import { nextMessageId } from '../common/message-id.js';
import { carriedHeaders } from '../consuming/carried-headers.js';
import { carriedProperties } from '../consuming/carried-properties.js';
import type { Delivery } from '../consuming/delivery.js';
import type { MessageProperties } from '../frames/outgoing.js';
import type { Link } from '../link/link.js';
import { originHeader, originOf } from './dossier.js';

/** How often a message was passed on. */
export const passedHeader = 'x-waybill-passed';

/** Whether a message may be passed on once more: components that pass it to each other would do so for ever. */
export function mayBePassedOn({ properties }: Delivery): boolean {
  return timesPassed(properties.headers) < 16;
}

/**
 * Publishes a message to another queue as it came: bytes, id, where its answer goes, and how long it may live; a header tells where it was
 * published to first. Resolves when that queue has it, so it may be acked then. @throws UnroutableError where there is no such queue; what publishing throws
 */
export async function passOn(link: Link, delivery: Delivery, queue: string): Promise<void> {
  const { content } = delivery;
  const given = delivery.properties as MessageProperties;
  const kept = carriedProperties(given);
  const own = { [originHeader]: originOf(delivery), [passedHeader]: timesPassed(given.headers) + 1 };
  const headers = { ...carriedHeaders(given.headers), ...own };
  const properties = { ...kept, messageId: kept.messageId ?? nextMessageId(), headers };
  await link.publish({ exchange: '', routingKey: queue, content, properties, mandatory: true });
}

/** n.b. it is a peer's word: what is no such number is none. */
function timesPassed(headers: MessageProperties['headers']): number {
  const told = toldNumber(headers?.[passedHeader]);
  return Number.isSafeInteger(told) ? Math.max(0, told) : 0;
}
