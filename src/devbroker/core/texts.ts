import { randomBytes } from 'node:crypto';

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
