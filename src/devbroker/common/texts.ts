import { randomBytes } from 'node:crypto';
import { AmqpError } from '../../protocol/index.js';

/** How RabbitMQ writes a thing of a virtual host in its reply texts: `queue 'orders' in vhost '/'`. */
export function describe(kind: 'queue' | 'exchange', name: string, virtualHost: string): string {
  return `${kind} '${name}' in vhost '${virtualHost}'`;
}

/** A name nobody has: `amq.gen-` or `amq.ctag-` and 22 letters, as RabbitMQ makes them. */
export function generatedName(prefix: 'amq.gen-' | 'amq.ctag-'): string {
  return prefix + randomBytes(16).toString('base64url');
}

/** Names under `amq.` belong to the broker. */
export function isReserved(name: string): boolean {
  return name.startsWith('amq.');
}

/** The error for what there is not; it closes the connection. */
export function notImplemented(text: string): AmqpError {
  return new AmqpError('NOT_IMPLEMENTED', text);
}

/** The error for a queue that belongs to another connection. */
export function locked(what: string): AmqpError {
  return new AmqpError(
    'RESOURCE_LOCKED',
    `cannot obtain exclusive access to locked ${what}. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.`,
  );
}
