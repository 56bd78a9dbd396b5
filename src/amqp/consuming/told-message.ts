import { cut } from '../../common/foreign-text.js';
import type { LogFields } from '../../logger.js';
import type { Delivery } from './delivery.js';
import { senderOf } from './handler-run.js';

/** What a line of the log about a message has in its fields. */
export function messageFields({ queue, properties, sender, watch }: Delivery): LogFields {
  const from = senderOf(sender);
  const { messageId: id, correlationId }: { messageId?: unknown; correlationId?: unknown } = properties;
  return {
    queue,
    ...(id !== undefined && { messageId: cut(id) }),
    ...(correlationId !== undefined && correlationId !== id && { correlationId: cut(correlationId) }),
    ...(from !== undefined && { sender: from }),
    ...watch?.fields,
  };
}

/** Which message it is, for people: `id 4711`, or else its routing key, and `from orders@host 42`; of each as much as is known. */
export function messageWords(delivery: Delivery): readonly string[] {
  const { messageId, sender } = messageFields(delivery);
  const { queue, fields } = delivery;
  // What was sent to the queue itself, as what is tried again, has no other key.
  const key = messageId === undefined && fields.routingKey !== queue ? fields.routingKey : '';
  return [
    ...(messageId === undefined ? [] : [`id ${String(messageId)}`]),
    ...(key ? [`routing key '${cut(key)}'`] : []),
    ...(sender === undefined ? [] : [`from ${String(sender)}`]),
  ];
}
