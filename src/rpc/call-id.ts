import type { Delivery } from '../amqp/index.js';

/**
 * By what a call is known: the id of its message, and its correlation id where that is another one, since not every client's message ids
 * are unique. Undefined for one that has no id.
 */
export function callIdOf({ properties }: Delivery): string | undefined {
  const { messageId, correlationId }: { messageId?: unknown; correlationId?: unknown } = properties;
  if (typeof messageId !== 'string' || messageId === correlationId) return messageId as string | undefined;
  return `${messageId}\n${String(correlationId)}`;
}
