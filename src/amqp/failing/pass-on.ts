import { nextMessageId } from '../common/message-id.js';
import { carriedHeaders } from '../consuming/carried-headers.js';
import { carriedProperties } from '../consuming/carried-properties.js';
import type { Delivery } from '../consuming/delivery.js';
import type { MessageProperties } from '../frames/outgoing.js';
import type { Link } from '../link/link.js';
import { originHeader, originOf } from './dossier.js';

/**
 * Publishes a message to another queue as it came: bytes, id, where its answer goes, and how long it may live; a header tells where it was
 * published to first. Resolves when that queue has it, so it may be acked then. @throws UnroutableError where there is no such queue; what publishing throws
 */
export async function passOn(link: Link, delivery: Delivery, queue: string): Promise<void> {
  const { content } = delivery;
  const given = delivery.properties as MessageProperties;
  const kept = carriedProperties(given);
  const headers = { ...carriedHeaders(given.headers), [originHeader]: originOf(delivery) };
  const properties = { ...kept, messageId: kept.messageId ?? nextMessageId(), headers };
  await link.publish({ exchange: '', routingKey: queue, content, properties, mandatory: true });
}
